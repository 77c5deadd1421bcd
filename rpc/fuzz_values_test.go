package rpc_test

// NOTE: fuzz targets of single values: times and typed values, held against regular
// expressions and the standard library.

import (
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

// dateTimeForm is XML Schema part 2 section 3.2.7, for years of four digits.
var dateTimeForm = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|([+-])(\d\d):(\d\d))?$`)

// instant is what a text of that form stands for, and whether there is such a time.
func instant(text string) (at time.Time, zone, ok bool) {
	m := dateTimeForm.FindStringSubmatch(text)
	if m == nil {
		return at, false, false
	}
	n := func(i int) int { return number(m[i]) }
	nano := number((m[7] + "000000000")[:9])
	date := time.Date(n(1), time.Month(n(2)), n(3), 0, 0, 0, 0, time.UTC)
	at = time.Date(n(1), time.Month(n(2)), n(3), n(4), n(5), n(6), nano, time.UTC)
	midnight := n(4) == 24 && n(5) == 0 && n(6) == 0 && strings.Trim(m[7], "0") == ""
	ok = date.Month() == time.Month(n(2)) && date.Day() == n(3) && (n(4) < 24 || midnight) && n(5) < 60 && n(6) < 60 && n(11) < 60 && n(1) > 0 && n(10)*60+n(11) <= 14*60
	offset := time.Duration(n(10))*time.Hour + time.Duration(n(11))*time.Minute
	if m[9] == "-" {
		offset = -offset
	}
	return at.Add(-offset), m[8] != "", ok
}

func number(digits string) int { v, _ := strconv.Atoi(digits); return v }

// FuzzDateTime parses any text as a time, alone and in a message.
func FuzzDateTime(f *testing.F) {
	for _, c := range times {
		f.Add(c.text)
	}
	for _, text := range []string{"soon", "2026-02-30T00:00:00", "2026-03-01T24:00:00Z", "2026-03-01T04:05:06,5Z", "0000-00-00T00:00:00", "2026-03-01T04:05:60Z", "2026-03-01T04:05:06+14:01", "-0001-01-01T00:00:00Z", "12026-01-01T00:00:00Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := rpc.DateTime(text)
		got, err := d.Time()
		if text != "" {
			want, zone, ok := instant(text)
			require.Equal(t, ok, err == nil, "%q", text)
			if ok {
				require.True(t, want.Equal(got), "%q: %v", text, got)
				require.Equal(t, zone, d.HasZone(), "%q", text)
			}
		}
		if err != nil {
			require.Equal(t, rpc.ErrDateTime, err)
			require.False(t, d.HasZone())
			require.Equal(t, strings.HasPrefix(text, "0000-00-00"), d.IsUnknown())
		}
		d.Relative()
		env := rpc.NewEnvelope(rpc.V12, "1", &rpc.TransferComplete{StartTime: d, CompleteTime: "2026-03-01T04:05:06Z"})
		b, err := env.Append(nil, rpc.Style{})
		if err != nil {
			require.ErrorIs(t, err, soap.ErrChar)
			return
		}
		m := parseAs[*rpc.TransferComplete](t, string(b))
		require.Equal(t, normalTime(rpc.DateTime(strings.Trim(text, " \t\r\n"))), normalTime(m.StartTime))
	})
}

// FuzzValue asks any text for each of the types that it may be of.
func FuzzValue(f *testing.F) {
	for _, text := range []string{"", "0", "1", " true ", "FALSE", "-5", "+5", "007", "18446744073709551615", "9223372036854775808", "-9223372036854775809", "1_0", "0x1", "aGVsbG8=", "68656C6C6F", "a\u00a0", "2026-03-01T04:05:06Z"} {
		f.Add(text, "xsd:string")
		f.Add(text, "xsd:hexBinary")
	}
	f.Fuzz(func(t *testing.T, text, typ string) {
		v := rpc.Value{Type: typ, Text: text}
		trimmed := strings.Trim(text, " \t\r\n")
		yes, err := v.Bool()
		truth, known := map[string]bool{"0": false, "1": true, "true": true, "false": false}[strings.ToLower(trimmed)]
		require.Equal(t, known, err == nil, "%q", text)
		require.Equal(t, truth, yes, "%q", text)

		number, isNumber := new(big.Int), regexp.MustCompile(`^[+-]?[0-9]+$`).MatchString(trimmed)
		if isNumber {
			number.SetString(trimmed, 10)
		}
		i, err := v.Int()
		require.Equal(t, isNumber && number.IsInt64(), err == nil, "%q", text)
		u, uerr := v.Uint()
		if err == nil {
			require.Equal(t, number.Int64(), i)
		}
		if uerr == nil {
			require.True(t, isNumber && number.IsUint64(), "%q", text)
			require.Equal(t, number.Uint64(), u)
		} else {
			require.False(t, isNumber && number.IsUint64() && trimmed[0] != '-', "%q", text)
		}
		checkBytes(t, v)
	})
}

// checkBytes compares with encoding/base64 and encoding/hex.
func checkBytes(t *testing.T, v rpc.Value) {
	t.Helper()
	got, err := v.Bytes()
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, v.Text)
	_, local, prefixed := strings.Cut(v.Type, ":")
	if !prefixed {
		local = v.Type
	}
	var want []byte
	var wantErr error
	if local == "hexBinary" {
		want, wantErr = hex.DecodeString(bare)
	} else {
		want, wantErr = base64.StdEncoding.DecodeString(bare)
	}
	require.Equal(t, wantErr == nil, err == nil, "%q", v)
	if err == nil {
		require.Equal(t, string(want), string(got))
	}
}
