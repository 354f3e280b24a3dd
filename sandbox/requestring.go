package sandbox

import (
	"sort"
)

// A requestRing keeps the last requests of one account in memory: the one at position p is at p % maxRecords. The memory
// of those that it drops is used again, so that a thousand of them cost the garbage collector little.
type requestRing struct {
	slots     []RequestRecord
	oldest    int64 // position of the oldest that is kept
	next      int64 // position of the next one
	withParts int64 // before this position none has bytes of parts
	bytes     int   // of JSON, with what is free for others to come
	partBytes int
}

func (r *requestRing) at(position int64) *RequestRecord { return &r.slots[position%maxRecords] }

func (r *requestRing) push(record RequestRecord) {
	if r.next-r.oldest == maxRecords {
		r.drop()
	}
	if len(r.slots) < maxRecords && int(r.next) == len(r.slots) {
		r.slots = append(r.slots, RequestRecord{})
	}
	slot := r.at(r.next)
	record.JSON = append(slot.JSON[:0], record.JSON...)
	*slot = record
	r.next++
	r.bytes += cap(record.JSON)
	r.partBytes += sizeOf(record.Parts)
}

// drop takes the oldest request out. Its memory is kept for another.
func (r *requestRing) drop() *RequestRecord {
	oldest := r.at(r.oldest)
	r.partBytes -= sizeOf(oldest.Parts)
	r.bytes -= cap(oldest.JSON)
	*oldest = RequestRecord{JSON: oldest.JSON[:0]}
	r.oldest++
	r.withParts = max(r.withParts, r.oldest)
	return oldest
}

// dropParts takes the oldest bytes of parts out.
func (r *requestRing) dropParts() {
	for before := r.partBytes; r.partBytes == before; r.withParts++ {
		record := r.at(r.withParts)
		r.partBytes -= sizeOf(record.Parts)
		record.Parts = nil
	}
}

// find returns the request of an id; nil if it is not there.
func (r *requestRing) find(id int64) *RequestRecord {
	n := sort.Search(int(r.next-r.oldest), func(n int) bool { return r.at(r.oldest+int64(n)).ID >= id })
	if position := r.oldest + int64(n); position < r.next && r.at(position).ID == id {
		return r.at(position)
	}
	return nil
}

func sizeOf(parts [][]byte) (size int) {
	for _, part := range parts {
		size += len(part)
	}
	return size
}
