package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: those who post: the hand-written client that drives the servers, and the
// subjects at the CPE's end.

// A driver is a hand-written client on one connection.
type driver struct {
	conn   net.Conn
	r      *bufio.Reader
	heads  [][]byte // of requests, up to the cookie
	bodies [][]byte
	buf    []byte
	cookie []byte
}

// newDriver connects; serial goes into the Inform.
func newDriver(addr string, serial int) (*driver, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	d := &driver{conn: conn, r: bufio.NewReader(conn), bodies: postDocuments()}
	d.bodies[0] = bytes.Replace(d.bodies[0], []byte(serialMark), fmt.Appendf(nil, "%08d", serial), 1)
	for _, body := range d.bodies {
		d.heads = append(d.heads, fmt.Appendf(nil, "POST /acs HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n", len(body)))
	}
	return d, nil
}

// session does a whole session.
func (d *driver) session() error {
	d.cookie = d.cookie[:0]
	for i := range d.heads {
		status, err := d.post(i)
		if err != nil {
			return err
		}
		if want := map[bool]string{true: "204", false: "200"}[i == len(d.heads)-1]; status != want {
			return fmt.Errorf("POST %d: status %s", i, status)
		}
	}
	return nil
}

// post does one exchange.
func (d *driver) post(i int) (status string, err error) {
	d.buf = append(d.buf[:0], d.heads[i]...)
	if len(d.cookie) > 0 {
		d.buf = append(append(append(d.buf, "Cookie: "...), d.cookie...), "\r\n"...)
	}
	d.buf = append(append(d.buf, "\r\n"...), d.bodies[i]...)
	if _, err := d.conn.Write(d.buf); err != nil {
		return "", err
	}
	length := 0
	for {
		line, err := d.r.ReadSlice('\n')
		switch {
		case err != nil:
			return "", err
		case len(line) <= 2:
			_, err := d.r.Discard(length)
			return status, err
		case status == "" && len(line) > 12:
			status = string(line[9:12])
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			length, _ = strconv.Atoi(string(bytes.TrimSpace(line[16:])))
		case bytes.HasPrefix(line, []byte("Set-Cookie: ")):
			value, _, _ := bytes.Cut(line[12:], []byte(";"))
			d.cookie = append(d.cookie[:0], value...)
		}
	}
}

var clientNames = []string{"net/http, prebuilt", "cwmp"}

// clientOf returns what runs one session of a subject, again and again.
func clientOf(name, url string) func() error {
	if name == clientNames[0] {
		bodies := postDocuments()
		return func() error { return postPrebuilt(url, bodies) }
	}
	inform := posts[0].(*rpc.Inform)
	client := &transport.Client{URL: url, Handle: handle}
	return func() error {
		_, err := client.Do(context.Background(), inform)
		return err
	}
}

// handle answers what the ACS asks.
func handle(_ context.Context, request rpc.Message) (rpc.Message, error) {
	switch request.(type) {
	case *rpc.GetParameterValues:
		return posts[2], nil
	case *rpc.SetParameterValues:
		return posts[3], nil
	case *rpc.GetParameterNames:
		return posts[4], nil
	}
	return nil, rpc.FaultMethodNotSupported
}

// postPrebuilt is a session of net/http's client.
func postPrebuilt(url string, bodies [][]byte) error {
	tr := &http.Transport{DisableCompression: true}
	defer tr.CloseIdleConnections()
	client, cookie := &http.Client{Transport: tr}, ""
	for _, body := range bodies {
		req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		if cookie != "" {
			req.Header.Set("Cookie", cookie)
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		if set := resp.Header.Get("Set-Cookie"); set != "" {
			cookie, _, _ = strings.Cut(set, ";")
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
