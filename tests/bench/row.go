// Package bench measures what the project promises of its speed: each thing side by side with what it is
// compared to, in one run, in turns, so that whatever else the machine does meets both alike.
package bench

// Row is one line of the table of results.
type Row struct {
	What    string  // what was measured
	Against string  // what it was compared to
	Ratio   float64 // the one divided by the other
	Want    string  // what the ratio must reach, such as ">= 0.55"
}
