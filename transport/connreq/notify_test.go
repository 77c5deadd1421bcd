package connreq_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/soap/dom"
	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notification is one with every field.
func notification() connreq.Notification {
	return connreq.Notification{TS: 1120673700, UN: "cpe-1", CN: "XTGRWIPC6D3IPXS3", OUI: "00259E", ProductClass: "Box", SerialNumber: "S1",
		Params: []rpc.ParameterValue{
			{Name: "Device.DeviceInfo.UpTime", Value: rpc.UnsignedIntValue(17)},
			{Name: "Device.X", Value: rpc.Value{Type: rpc.TypeString, Text: "<&> \u00e9"}},
		}}
}

// notifyKnown knows one user.
func notifyKnown(name string) (string, bool) { return "secret", name == "cpe-1" }

// notifyDatagram writes a notification.
func notifyDatagram(tb testing.TB, n connreq.Notification) []byte {
	tb.Helper()
	b, err := n.Append(nil, "acs.example.com:7547", "secret")
	require.NoError(tb, err)
	return b
}

// notifySigned puts a head before a body, signed with "secret".
func notifySigned(body string, head ...string) []byte {
	h := hmac.New(sha1.New, []byte("secret"))
	h.Write([]byte(body))
	if len(head) == 0 {
		head = []string{"POST / HTTP/1.1"}
	}
	return fmt.Appendf(nil, "%s\r\nSignature: %x\r\n\r\n%s", strings.Join(head, "\r\n"), h.Sum(nil), body)
}

const notifyBody = `<Notification xmlns="urn:broadband-forum-org:cwmp:lwnotif-1-0"><TS>1</TS><UN>cpe-1</UN><CN>c</CN><OUI>00259E</OUI>` +
	`<ProductClass></ProductClass><SerialNumber>S1</SerialNumber><Param><Name>Device.X</Name><Value>v</Value></Param></Notification>`

// TestNotificationGolden is the datagram byte by byte; the HMAC is computed here.
func TestNotificationGolden(t *testing.T) {
	n := notification()
	n.Params = n.Params[:1]
	b := notifyDatagram(t, n)
	body := `<?xml version="1.0" encoding="UTF-8"?><Notification xmlns="urn:broadband-forum-org:cwmp:lwnotif-1-0"` +
		` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<TS>1120673700</TS><UN>cpe-1</UN><CN>XTGRWIPC6D3IPXS3</CN><OUI>00259E</OUI><ProductClass>Box</ProductClass><SerialNumber>S1</SerialNumber>` +
		`<Param><Name>Device.DeviceInfo.UpTime</Name><Value xsi:type="xsd:unsignedInt">17</Value></Param></Notification>`
	h := hmac.New(sha1.New, []byte("secret"))
	h.Write([]byte(body))
	assert.Equal(t, fmt.Sprintf("POST / HTTP/1.1\r\nHost: acs.example.com:7547\r\nContent-Type: text/xml; charset=\"utf-8\"\r\n"+
		"Content-Length: %d\r\nSignature: %X\r\n\r\n%s", len(body), h.Sum(nil), body), string(b))
	again, err := connreq.ReadNotification(b, notifyKnown)
	require.NoError(t, err)
	assert.Equal(t, &n, again)
}

// notifyXML is the body of a datagram.
func notifyXML(b []byte) []byte { return b[bytes.Index(b, []byte("\r\n\r\n"))+4:] }

// TestNotificationSchema validates what is written, and shows that validation can
// fail.
func TestNotificationSchema(t *testing.T) {
	long := notification()
	long.UN, long.ProductClass, long.SerialNumber = strings.Repeat("\u00fc", 256), strings.Repeat("x", 64), strings.Repeat("x", 64)
	long.TS, long.Params[0].Name = math.MaxInt32, strings.Repeat("x", 256)
	untyped := notification()
	untyped.Params[0].Value.Type = ""
	var docs [][]byte
	for _, n := range []connreq.Notification{notification(), long, untyped} {
		docs = append(docs, notifyXML(notifyDatagram(t, n)))
	}
	require.NoError(t, xmppValidate(t, "cwmp-UDPLightweightNotification-1-0.xsd", docs...))
	bad := bytes.Replace(docs[0], []byte("00259E"), []byte("00259e"), 1)
	require.ErrorContains(t, xmppValidate(t, "cwmp-UDPLightweightNotification-1-0.xsd", bad), "OUI")
}

// TestNotificationOracle: etree finds the same in what is written.
func TestNotificationOracle(t *testing.T) {
	n := notification()
	body := notifyXML(notifyDatagram(t, n))
	root, err := dom.Parse(soap.Raw{Local: "Notification", Space: connreq.NotificationNamespace, XML: body[bytes.Index(body, []byte("<Not")):]})
	require.NoError(t, err)
	assert.Equal(t, n.UN, root.FindElement("UN").Text())
	assert.Len(t, root.SelectElements("Param"), 2)
	for i, p := range root.SelectElements("Param") {
		assert.Equal(t, n.Params[i].Name, p.FindElement("Name").Text())
		assert.Equal(t, n.Params[i].Value.Text, p.FindElement("Value").Text())
	}
}

// TestNotificationUnwritable: what the schema does not allow.
func TestNotificationUnwritable(t *testing.T) {
	many := func(n int) []rpc.ParameterValue { return make([]rpc.ParameterValue, n) }
	for name, c := range map[string]struct {
		spoil func(n *connreq.Notification)
		err   error
	}{
		"negative time": {func(n *connreq.Notification) { n.TS = -1 }, connreq.ErrNotificationBody},
		"2038":          {func(n *connreq.Notification) { n.TS = math.MaxInt32 + 1 }, connreq.ErrNotificationBody},
		"user":          {func(n *connreq.Notification) { n.UN = strings.Repeat("\u00fc", 257) }, connreq.ErrNotificationBody},
		"nonce":         {func(n *connreq.Notification) { n.CN = strings.Repeat("x", 257) }, connreq.ErrNotificationBody},
		"OUI":           {func(n *connreq.Notification) { n.OUI = "00259e" }, connreq.ErrNotificationBody},
		"short OUI":     {func(n *connreq.Notification) { n.OUI = "0025" }, connreq.ErrNotificationBody},
		"class":         {func(n *connreq.Notification) { n.ProductClass = strings.Repeat("x", 65) }, connreq.ErrNotificationBody},
		"serial number": {func(n *connreq.Notification) { n.SerialNumber = strings.Repeat("x", 65) }, connreq.ErrNotificationBody},
		"no parameter":  {func(n *connreq.Notification) { n.Params = nil }, connreq.ErrNotificationBody},
		"parameters":    {func(n *connreq.Notification) { n.Params = many(1001) }, connreq.ErrNotificationBody},
		"name":          {func(n *connreq.Notification) { n.Params[0].Name = strings.Repeat("x", 257) }, connreq.ErrNotificationBody},
		"prefix":        {func(n *connreq.Notification) { n.Params[0].Value.Type = "xs:string" }, connreq.ErrNotificationBody},
		"type":          {func(n *connreq.Notification) { n.Params[0].Value.Type = "xsd:a b" }, connreq.ErrNotificationBody},
		"no type":       {func(n *connreq.Notification) { n.Params[0].Value.Type = "xsd:" }, connreq.ErrNotificationBody},
		"NUL":           {func(n *connreq.Notification) { n.Params[0].Value.Text = "\x00" }, soap.ErrChar},
		"long value":    {func(n *connreq.Notification) { n.Params[0].Value.Text = strings.Repeat("x", 65507) }, soap.ErrLimit},
	} {
		n := notification()
		c.spoil(&n)
		b, err := n.Append([]byte("dst"), "acs", "secret")
		require.ErrorIs(t, err, c.err, name)
		var e *connreq.NotificationError
		require.ErrorAs(t, err, &e, name)
		assert.EqualValues(t, -1, e.Offset, name)
		assert.Equal(t, "dst", string(b), name)
	}
	for _, host := range []string{"", "a\r\nX: y", "a b"} {
		n := notification()
		_, err := n.Append(nil, host, "secret")
		require.ErrorIs(t, err, connreq.ErrNotificationHead)
	}
}

// TestNotificationRead: heads and bodies that devices have been seen to send.
func TestNotificationRead(t *testing.T) {
	for name, b := range map[string][]byte{
		"plain":          notifySigned(notifyBody),
		"no path":        notifySigned(notifyBody, "POST /HTTP/1.1"),
		"absolute":       notifySigned(notifyBody, "POST http://acs:7547/x HTTP/1.0", "HOST: acs", fmt.Sprintf("content-length:%d", len(notifyBody))),
		"bare line ends": bytes.ReplaceAll(notifySigned(notifyBody, "POST / HTTP/1.1", "Host: acs"), []byte("\r"), nil),
		"other order and more": notifySigned(strings.Replace(strings.Replace(notifyBody, "<TS>1</TS>", "", 1), "</Notification>",
			"<X><TS>2</TS></X><TS> 1 </TS><y:TS xmlns:y='urn:y'>3</y:TS></Notification>", 1)),
		"more in a parameter": notifySigned(strings.Replace(notifyBody, "<Name>", "<y:Name xmlns:y='urn:y'>3</y:Name><X/><Name>", 1)),
	} {
		n, err := connreq.ReadNotification(b, notifyKnown)
		require.NoError(t, err, name)
		assert.Equal(t, &connreq.Notification{TS: 1, UN: "cpe-1", CN: "c", OUI: "00259E", SerialNumber: "S1",
			Params: []rpc.ParameterValue{{Name: "Device.X", Value: rpc.Value{Text: "v"}}}}, n, name)
	}
}

// TestNotificationRefused: what is not read.
func TestNotificationRefused(t *testing.T) {
	in := func(old, new string) []byte { return notifySigned(strings.Replace(notifyBody, old, new, 1)) }
	good := string(notifySigned(notifyBody))
	for name, c := range map[string]struct {
		b     []byte
		err   error
		field string
	}{
		"nothing":           {nil, connreq.ErrNotificationHead, ""},
		"too long":          {make([]byte, 65508), soap.ErrLimit, ""},
		"a message of STUN": {make([]byte, 20), connreq.ErrNotificationHead, ""},
		"no empty line":     {[]byte("POST / HTTP/1.1\r\n"), connreq.ErrNotificationHead, ""},
		"long head":         {notifySigned(notifyBody, "POST / HTTP/1.1", "X: "+strings.Repeat("x", 4096)), connreq.ErrNotificationHead, ""},
		"GET":               {notifySigned(notifyBody, "GET / HTTP/1.1"), connreq.ErrNotificationHead, ""},
		"no HTTP":           {notifySigned(notifyBody, "POST /"), connreq.ErrNotificationHead, ""},
		"many headers":      {notifySigned(notifyBody, append([]string{"POST / HTTP/1.1"}, strings.Split(strings.Repeat("x", 32), "")...)...), connreq.ErrNotificationHead, ""},
		"no header":         {notifySigned(notifyBody, "POST / HTTP/1.1", "what"), connreq.ErrNotificationHead, ""},
		"bad name":          {notifySigned(notifyBody, "POST / HTTP/1.1", "what is: this"), connreq.ErrNotificationHead, ""},
		"folded":            {notifySigned(notifyBody, "POST / HTTP/1.1", "A: b", " c: d"), connreq.ErrNotificationHead, ""},
		"length":            {notifySigned(notifyBody, "POST / HTTP/1.1", "Content-Length: 1"), connreq.ErrNotificationHead, "Content-Length"},
		"signature twice":   {notifySigned(notifyBody, "POST / HTTP/1.1", "SIGNATURE: 00"), connreq.ErrNotificationHead, "signature"},
		"no signature":      {[]byte("POST / HTTP/1.1\r\n\r\n" + notifyBody), connreq.ErrNotificationSignature, "Signature"},
		"short signature":   {[]byte("POST / HTTP/1.1\r\nSignature: 00\r\n\r\n" + notifyBody), connreq.ErrNotificationSignature, "Signature"},
		"no hex":            {[]byte("POST / HTTP/1.1\r\nSignature: " + strings.Repeat("x", 40) + "\r\n\r\n" + notifyBody), connreq.ErrNotificationSignature, "Signature"},
		"no body":           {notifySigned(""), soap.ErrEmpty, ""},
		"no XML":            {notifySigned("x"), soap.ErrSyntax, ""},
		"another root":      {in("<Notification", "<notification"), connreq.ErrNotificationBody, ""},
		"another namespace": {in("lwnotif-1-0", "lwnotif-1-1"), connreq.ErrNotificationBody, ""},
		"trailing":          {in("</Notification>", "</Notification><x/>"), soap.ErrSyntax, ""},
		"DOCTYPE":           {in("<Notification", "<!DOCTYPE x><Notification"), soap.ErrDoctype, ""},
		"no TS":             {in("<TS>1</TS>", ""), connreq.ErrNotificationBody, "TS"},
		"two TS":            {in("<TS>1</TS>", "<TS>1</TS><TS>1</TS>"), connreq.ErrNotificationBody, "TS"},
		"TS of text":        {in("<TS>1</TS>", "<TS>x</TS>"), connreq.ErrNotificationBody, "TS"},
		"TS of 2038":        {in("<TS>1</TS>", "<TS>2147483648</TS>"), connreq.ErrNotificationBody, "TS"},
		"two UN":            {in("<UN>", "<UN/><UN>"), connreq.ErrNotificationBody, "UN"},
		"long OUI":          {in("00259E", "00259E0"), connreq.ErrNotificationBody, "OUI"},
		"no parameter":      {in("<Param><Name>Device.X</Name><Value>v</Value></Param>", ""), connreq.ErrNotificationBody, "Param"},
		"no name":           {in("<Name>Device.X</Name>", ""), connreq.ErrNotificationBody, "Param"},
		"two values":        {in("<Value>", "<Value/><Value>"), connreq.ErrNotificationBody, "Param"},
		"long name":         {in("Device.X", strings.Repeat("x", 257)), connreq.ErrNotificationBody, "Param"},
		"many parameters":   {in("<Param>", strings.Repeat("<Param><Name/><Value/></Param>", 1000)+"<Param>"), connreq.ErrNotificationBody, "Param"},
		"another user":      {in("cpe-1", "cpe-2"), connreq.ErrNotificationUser, "UN"},
		"another body":      {[]byte(strings.Replace(good, "<TS>1<", "<TS>2<", 1)), connreq.ErrNotificationSignature, "Signature"},
	} {
		n, err := connreq.ReadNotification(c.b, notifyKnown)
		require.ErrorIs(t, err, c.err, name)
		assert.Nil(t, n)
		var e *connreq.NotificationError
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, c.field, e.Field, name)
		assert.NotContains(t, err.Error(), "cpe-", name)
	}
	_, err := connreq.ReadNotification(notifySigned(notifyBody), func(string) (string, bool) { return "Secret", true })
	require.ErrorIs(t, err, connreq.ErrNotificationSignature)
	assert.EqualError(t, err, "connreq: bad signature of a notification: Signature at offset 0")
}

// TestSEC26NotificationReplay: spoofing and replay of one-way datagrams, as for
// connection requests: each is taken once, in whatever order copies arrive, and
// over a restart.
func TestSEC26NotificationReplay(t *testing.T) {
	now := time.Unix(1000, 0)
	at := func(ts int64, cn string) *connreq.Notification { return &connreq.Notification{TS: ts, CN: cn} }
	var m connreq.NotificationMark
	require.NoError(t, m.Accept(at(1000, "a"), now))
	require.ErrorIs(t, m.Accept(at(1000, "a"), now), connreq.ErrNotificationStale, "a copy")
	require.NoError(t, m.Accept(at(1000, "b"), now), "another of the same second")
	restored := connreq.NotificationMark{TS: m.TS, CNs: m.CNs}
	require.ErrorIs(t, restored.Accept(at(1000, "b"), now), connreq.ErrNotificationStale, "after a restart")
	require.NoError(t, restored.Accept(at(1001, "b"), now))
	assert.Equal(t, connreq.NotificationMark{TS: 1001, CNs: []string{"b"}}, restored)
	assert.Equal(t, []string{"a", "b"}, m.CNs, "values that were handed over are not written to")
	require.ErrorIs(t, restored.Accept(at(1000, "c"), now), connreq.ErrNotificationStale, "older")
	for i := range 100 {
		err := m.Accept(at(1000, fmt.Sprint(i)), now)
		assert.Equal(t, i < 62, err == nil, i)
	}
	assert.Len(t, m.CNs, 64)
}

// TestSEC35NotificationAhead: a time that is far ahead does not shut out what
// comes until then.
func TestSEC35NotificationAhead(t *testing.T) {
	now := time.Unix(1000, 0)
	var m connreq.NotificationMark
	require.ErrorIs(t, m.Accept(&connreq.Notification{TS: 4601}, now), connreq.ErrNotificationAhead)
	assert.Equal(t, connreq.NotificationMark{}, m)
	require.NoError(t, m.Accept(&connreq.Notification{TS: 4600}, now))
	require.NoError(t, m.Accept(&connreq.Notification{TS: math.MaxInt32}, time.Time{}), "there is no clock")
}
