package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/contacts/wrapper"
)

const uploadSize = 1 << 30

// An upload runs in a process of its own, this test binary with these variables, so that its memory can be
// measured: it prints seconds, and KiB above idle.
const (
	uploadWay = "CONTACTS_BENCH_UPLOAD"
	uploadTo  = "CONTACTS_BENCH_TO"
	uploadOf  = "CONTACTS_BENCH_FILE"
)

func TestMain(m *testing.M) {
	if way := os.Getenv(uploadWay); way != "" {
		if err := uploadOnce(way, os.Getenv(uploadTo), os.Getenv(uploadOf)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func uploadOnce(way, address, path string) error {
	send := func() error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", uploadSize)
		if _, err := io.Copy(conn, file); err != nil {
			return err
		}
		_, err = conn.Read(make([]byte, 1))
		return err
	}
	if way == "ours" {
		client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL("http://"+address))
		if err != nil {
			return err
		}
		contact := page
		contact.ProfileImageFile = wrapper.FileFromPath(path)
		send = func() error {
			_, err := client.CreateContact(context.Background(), 1000, contact)
			return err
		}
	}
	idle, err := memory("self", "VmRSS:")
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := send(); err != nil {
		return err
	}
	seconds := time.Since(begin).Seconds()
	peak, err := memory("self", "VmHWM:")
	if err != nil {
		return err
	}
	fmt.Println(seconds, peak-idle)
	return nil
}

// memory reads a line of a process's status, in KiB.
func memory(process, line string) (int, error) {
	status, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0, err
	}
	for _, l := range strings.Split(string(status), "\n") {
		if value, is := strings.CutPrefix(l, line); is {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(value, "kB")))
		}
	}
	return 0, fmt.Errorf("/proc/%s/status has no %s", process, line)
}

func writeUpload(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	block := bytes.Repeat([]byte("an image, or so "), 1<<16)
	for range uploadSize / len(block) {
		if _, err := file.Write(block); err != nil {
			return err
		}
	}
	return file.Close()
}

func uploadRows(tb testing.TB) []Row {
	path := filepath.Join(tb.TempDir(), "image.bin")
	must(tb, writeUpload(path))

	server := listen(tb, func(conn net.Conn) {
		length := int64(0)
		reader := bufio.NewReaderSize(conn, 64<<10)
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			if value, is := strings.CutPrefix(line, "Content-Length: "); is {
				length, _ = strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			}
			if line == "\r\n" {
				break
			}
		}
		if _, err := io.CopyN(io.Discard, reader, length); err == nil {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(okAnswer), okAnswer)
		}
	})

	rates := map[string][]float64{}
	peak := 0.0
	for range 5 {
		for _, way := range []string{"ours", "raw"} {
			command := exec.Command(os.Args[0])
			command.Env = append(os.Environ(), uploadWay+"="+way, uploadTo+"="+strings.TrimPrefix(server, "http://"), uploadOf+"="+path)
			command.Stderr = os.Stderr
			out, err := command.Output()
			must(tb, err)
			var seconds, kib float64
			_, err = fmt.Sscan(string(out), &seconds, &kib)
			must(tb, err)
			rates[way] = append(rates[way], uploadSize/seconds)
			if way == "ours" {
				peak = max(peak, kib/1024)
			}
		}
	}
	tb.Logf("upload of 1 GiB: %.0f MiB/s, raw io.Copy %.0f MiB/s; %.1f MiB above idle", median(rates["ours"])/(1<<20), median(rates["raw"])/(1<<20), peak)
	return []Row{
		{"upload of 1 GiB on loopback, rate", "raw io.Copy of the file to the socket", ratio(rates["ours"], rates["raw"]), ">= 0.9"},
		{"upload of 1 GiB, peak memory above idle", "16 MiB", peak / 16, "<= 1"},
	}
}
