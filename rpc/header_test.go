package rpc_test

// NOTE: the header elements of the standard: what is read and written, with which
// message, and the version that they tell.

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const emptyInform = "<cwmp:Inform></cwmp:Inform>"

// block is a header element as a peer writes it.
func block(name, text string) string { return "<cwmp:" + name + ">" + text + "</cwmp:" + name + ">" }

// codes are those of an envelope's diagnostics.
func codes(env *rpc.Envelope) (all []soap.Code) {
	for _, d := range env.Diagnostics {
		all = append(all, d.Code)
	}
	return all
}

func TestHeaderElements(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   rpc.Envelope
	}{
		"timeout":            {block("SessionTimeout", " 60\n"), rpc.Envelope{SessionTimeout: 60, HasSessionTimeout: true, Version: rpc.V13}},
		"timeout of 0":       {block("SessionTimeout", ""), rpc.Envelope{HasSessionTimeout: true, Version: rpc.V13}},
		"timeout's case":     {block("sessionTimeout", "60"), rpc.Envelope{SessionTimeout: 60, HasSessionTimeout: true, Version: rpc.V13}},
		"versions":           {block("SupportedCWMPVersions", "1.0, 1.4"), rpc.Envelope{SupportedCWMPVersions: "1.0, 1.4", Version: rpc.V14}},
		"versions' case":     {block("supportedcwmpversions", "1.3"), rpc.Envelope{SupportedCWMPVersions: "1.3", Version: rpc.V13}},
		"no versions":        {block("SupportedCWMPVersions", ""), rpc.Envelope{Version: rpc.V12}},
		"use":                {block("UseCWMPVersion", " 1.3 "), rpc.Envelope{UseCWMPVersion: " 1.3 ", Version: rpc.V13}},
		"legacy":             {block("NoMoreRequests", "true"), rpc.Envelope{NoMoreRequests: true, HasNoMoreRequests: true, Version: rpc.V12}},
		"legacy, a number":   {block("NoMoreRequests", "30"), rpc.Envelope{NoMoreRequests: true, HasNoMoreRequests: true, Version: rpc.V12}},
		"legacy, false":      {block("NoMoreRequests", "0"), rpc.Envelope{HasNoMoreRequests: true, Version: rpc.V12}},
		"hold in lower":      {block("holdrequests", "1"), rpc.Envelope{HoldRequests: true, Version: rpc.V12}},
		"id in lower":        {block("id", "7"), rpc.Envelope{ID: "7", HasID: true, Version: rpc.V12}},
		"several":            {block("ID", "7") + block("SessionTimeout", "30") + block("SupportedCWMPVersions", "1.0"), rpc.Envelope{ID: "7", HasID: true, SessionTimeout: 30, HasSessionTimeout: true, SupportedCWMPVersions: "1.0", Version: rpc.V12}},
		"any mustUnderstand": {`<cwmp:SessionTimeout s:mustUnderstand="1">45</cwmp:SessionTimeout>`, rpc.Envelope{SessionTimeout: 45, HasSessionTimeout: true, Version: rpc.V13}},
	} {
		t.Run(name, func(t *testing.T) {
			env, err := requireSame(t, envelope(c.header, emptyInform), rpc.Config{})
			require.NoError(t, err)
			c.want.Message = &rpc.Inform{}
			assert.Equal(t, &c.want, quiet(env))
		})
	}
}

// TestHeaderSpelling: the schema's types hold for header elements as they do for
// fields, and what is not quite of them is said in the same words.
func TestHeaderSpelling(t *testing.T) {
	for header, want := range map[string]struct {
		code   string
		strict error
	}{
		block("SessionTimeout", "60"):     {"", nil},
		block("SessionTimeout", " 60\n"):  {"padded", nil},
		block("SessionTimeout", ""):       {"empty-number", rpc.ErrInteger},
		block("SessionTimeout", " "):      {"empty-number", rpc.ErrInteger},
		hold("true"):                      {"", nil},
		hold("\n1 "):                      {"padded", nil},
		hold("TRUE"):                      {"odd-boolean", rpc.ErrBoolean},
		hold(""):                          {"odd-boolean", rpc.ErrBoolean},
		block("NoMoreRequests", " false"): {"no-more-requests padded", nil},
		block("NoMoreRequests", "2"):      {"no-more-requests odd-boolean", rpc.ErrBoolean},
	} {
		doc := strings.Replace(quirks(t)["X0-clean"], "</s:Header>", header+"</s:Header>", 1)
		for level, wantErr := range map[soap.Level]error{soap.Tolerant: nil, soap.Standard: nil, soap.Strict: want.strict} {
			env, err := rpc.Parse([]byte(doc), rpc.Config{Level: level})
			if wantErr != nil {
				assert.ErrorIs(t, err, wantErr, header)
				assertPlaced(t, err, header)
			} else if assert.NoError(t, err, "%s at %s", header, level) && level < soap.Strict {
				assert.Equal(t, want.code, codesOf(env.Diagnostics), header)
			}
		}
	}
}

// hold is the HoldRequests of an ACS.
func hold(text string) string {
	return `<cwmp:HoldRequests s:mustUnderstand="1">` + text + `</cwmp:HoldRequests>`
}

func TestHeaderRefused(t *testing.T) {
	for _, c := range []struct {
		header, path string
		want         error
	}{
		{block("SessionTimeout", "soon"), "SessionTimeout", rpc.ErrInteger},
		{block("SessionTimeout", "-1"), "SessionTimeout", rpc.ErrInteger},
		{block("SessionTimeout", "4294967296"), "SessionTimeout", rpc.ErrInteger},
		{block("HoldRequests", "maybe"), "HoldRequests", rpc.ErrBoolean},
		{block("SessionTimeout", "60") + block("sessionTimeout", "60"), "sessionTimeout", rpc.ErrTwice},
		{block("SupportedCWMPVersions", "1.0") + block("SupportedCWMPVersions", ""), "SupportedCWMPVersions", rpc.ErrTwice},
		{block("UseCWMPVersion", "1.0") + block("UseCWMPVersion", "1.4"), "UseCWMPVersion", rpc.ErrTwice},
		{block("NoMoreRequests", "0") + block("NoMoreRequests", "1"), "NoMoreRequests", rpc.ErrTwice},
	} {
		env, err := rpc.Parse([]byte(envelope(block("ID", "9")+c.header, emptyInform)), standard)
		require.ErrorIs(t, err, c.want, c.header)
		require.ErrorContains(t, err, c.path, c.header)
		require.NotNil(t, env)
		assert.Equal(t, "9", env.ID, "with what it takes to answer")
	}
}

// TestHeaderMisplaced: what belongs to one message is written with no other. It is
// read with any, with a diagnostic, but not at Strict.
func TestHeaderMisplaced(t *testing.T) {
	for name, set := range map[string]func(*rpc.Envelope){
		"SessionTimeout":        func(e *rpc.Envelope) { e.HasSessionTimeout = true },
		"SupportedCWMPVersions": func(e *rpc.Envelope) { e.SupportedCWMPVersions = "1.4" },
		"UseCWMPVersion":        func(e *rpc.Envelope) { e.UseCWMPVersion = "1.4" },
	} {
		for _, m := range []rpc.Message{&rpc.Inform{}, &rpc.InformResponse{}, &rpc.Reboot{}, rpc.NewFault(8006, ""), &rpc.Vendor{Raw: vendorRaw}} {
			env := rpc.NewEnvelope(rpc.V14, "1", m)
			set(env)
			belongs := m.Method() == "Inform" && name != "UseCWMPVersion" || m.Method() == "InformResponse" && name == "UseCWMPVersion"
			b, err := env.Append([]byte("kept"), rpc.Style{})
			if belongs {
				require.NoError(t, err)
				assert.Equal(t, 2, strings.Count(string(b), name), m.Method())
				continue
			}
			requireValueError(t, err, rpc.ErrMisplaced, "/Envelope/Header/"+name, "")
			assert.Equal(t, "kept", string(b))
		}
	}
	doc := envelope(`<cwmp:UseCWMPVersion s:mustUnderstand="1">1.4</cwmp:UseCWMPVersion>`, "<cwmp:Reboot><CommandKey></CommandKey></cwmp:Reboot>")
	env, err := requireSame(t, doc, standard)
	require.NoError(t, err)
	assert.Equal(t, "1.4", env.UseCWMPVersion)
	require.Contains(t, codes(env), rpc.HeaderMisplaced)
	_, err = rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
	requireValueError(t, err, rpc.ErrMisplaced, "/Envelope/Header/UseCWMPVersion", "")
	doc = strings.ReplaceAll(doc, "cwmp:Reboot", "cwmp:InformResponse")
	doc = strings.Replace(doc, "<CommandKey></CommandKey>", "<MaxEnvelopes>1</MaxEnvelopes>", 1)
	env, err = requireSame(t, doc, rpc.Config{Level: soap.Strict})
	require.NoError(t, err)
	assert.NotContains(t, codes(env), rpc.HeaderMisplaced)
}

// TestHeaderNotUnderstood: the SOAP rule of mustUnderstand, where it is wanted. The
// refusal carries what answers it.
func TestHeaderNotUnderstood(t *testing.T) {
	doc := func(must string) string {
		return envelope(`<x:Route xmlns:x="urn:x"`+must+`>a</x:Route><cwmp:ID s:mustUnderstand="1">9</cwmp:ID>`, "<cwmp:FactoryReset></cwmp:FactoryReset>")
	}
	asked := doc(` s:mustUnderstand="1"`)
	for _, cfg := range []rpc.Config{{Level: soap.Strict}, {MustUnderstand: true}, {Level: soap.Standard, MustUnderstand: true}} {
		env, err := requireSame(t, asked, cfg)
		require.ErrorIs(t, err, rpc.ErrMustUnderstand)
		assert.Equal(t, "9", env.ID, "although it stands behind")
		f := rpc.AsFault(err, rpc.FaultInternalError)
		assert.Equal(t, &rpc.Fault{SOAPCode: "MustUnderstand", SOAPText: "a header element is not understood"}, f)
		for _, must := range []string{"", ` s:mustUnderstand="0"`} {
			env, err := requireSame(t, doc(must), cfg)
			require.NoError(t, err)
			assert.Len(t, env.Header, 1)
		}
	}
	env, err := requireSame(t, asked, rpc.Config{})
	require.NoError(t, err)
	assert.Equal(t, []soap.Code{rpc.HeaderUnread}, codes(env))
	assert.Len(t, env.Header, 1)
}

// TestHeaderDemands: mustUnderstand is an xs:boolean (SOAP 1.1 section 4.2.3 and its
// schema), of which white space is no part.
func TestHeaderDemands(t *testing.T) {
	for text, must := range map[string]bool{" 1 ": true, "&#9;true": true, "1&#10;": true, " 0 ": false, "1 1": false, "": false} {
		doc := envelope(`<cwmp:ID s:mustUnderstand="1">9</cwmp:ID><x:Route xmlns:x="urn:x" s:mustUnderstand="`+text+`">a</x:Route>`, "<cwmp:FactoryReset></cwmp:FactoryReset>")
		_, err := requireSame(t, doc, rpc.Config{Level: soap.Strict})
		assert.Equal(t, must, errors.Is(err, rpc.ErrMustUnderstand), "%q: %v", text, err)
		env, err := requireSame(t, doc, rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, must, slices.Contains(codes(env), rpc.HeaderUnread), "%q", text)
	}
}

// TestHeaderDemandForm: what is no boolean is told of, whoever's element it is. SOAP's
// schema says so of every element, CWMP's of NoMoreRequests nothing else.
func TestHeaderDemandForm(t *testing.T) {
	for text, odd := range map[string]bool{"yes": true, "": true, "1 1": true, "2": true, "TRUE": true, "0": false, " 0 ": false, "false": false} {
		for _, name := range []string{"x:Route", "cwmp:NoMoreRequests"} {
			doc := envelope(`<cwmp:ID s:mustUnderstand="1">9</cwmp:ID><`+name+` xmlns:x="urn:x" s:mustUnderstand="`+text+`">1</`+name+`>`, "<cwmp:FactoryReset></cwmp:FactoryReset>")
			env, err := requireSame(t, doc, rpc.Config{})
			require.NoError(t, err)
			assert.Equal(t, odd, slices.Contains(codes(env), rpc.MustUnderstandForm), "%s %q", name, text)
			_, err = requireSame(t, doc, rpc.Config{Level: soap.Strict})
			if odd {
				requireValueError(t, err, rpc.MustUnderstandForm, "/Envelope/Header/"+name[strings.Index(name, ":")+1:], "")
			} else {
				require.NoError(t, err, "%s %q", name, text)
			}
		}
	}
}

// TestHeaderNewerMethod: the namespaces of 1.0 and 1.1 are of versions that lack
// some methods.
func TestHeaderNewerMethod(t *testing.T) {
	for uri, want := range map[string]bool{"1-0": true, "1-1": true, "1-2": false} {
		doc := envelopeIn("urn:dslforum-org:cwmp-"+uri, "<cwmp:ID s:mustUnderstand='1'>9</cwmp:ID>", "<cwmp:CancelTransfer><CommandKey></CommandKey></cwmp:CancelTransfer>")
		env, err := requireSame(t, doc, rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, want, slices.Contains(codes(env), rpc.NewerMethod), uri)
		_, err = rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
		assert.Equal(t, want, err != nil, uri)
	}
}

// TestVersionTold: the header tells 1.3 and 1.4 apart from 1.2, in the namespace
// that they share and in no other, and never lowers.
func TestVersionTold(t *testing.T) {
	timeout, all, old := block("SessionTimeout", "60"), block("SupportedCWMPVersions", "1.0,1.4,1.5"), block("SupportedCWMPVersions", "1.0,1.1")
	use13, use10, odd := block("UseCWMPVersion", "1.3"), block("UseCWMPVersion", "1.0"), block("UseCWMPVersion", "next")
	for _, c := range []struct {
		uri, header string
		want        rpc.Version
	}{
		{"1-2", "", rpc.V12}, {"1-2", timeout, rpc.V13}, {"1-2", all, rpc.V14}, {"1-2", old, rpc.V12}, {"1-2", timeout + old, rpc.V12},
		{"1-2", use13, rpc.V13}, {"1-2", use10, rpc.V12}, {"1-2", odd, rpc.V12}, {"1-2", use13 + all, rpc.V13},
		{"1-3", "", rpc.V13}, {"1-3", all, rpc.V14}, {"1-4", "", rpc.V14}, {"1-4", timeout, rpc.V14},
		{"1-0", timeout, rpc.V10}, {"1-0", all, rpc.V10}, {"1-1", all, rpc.V11}, {"1-1", use13, rpc.V11},
	} {
		env := parse(t, envelopeIn("urn:dslforum-org:cwmp-"+c.uri, c.header, emptyInform))
		assert.Equal(t, c.want, env.Version, "%s %s", c.uri, c.header)
	}
}

func TestVersionLists(t *testing.T) {
	assert.Equal(t, rpc.VersionList("1.0,1.4"), rpc.ListVersions(rpc.V10, rpc.V14))
	assert.Empty(t, rpc.ListVersions())
	assert.Equal(t, rpc.VersionList("1.2"), rpc.ListVersions(0, rpc.V12, 77), "no version has no place in it")
	assert.Equal(t, []rpc.Version{rpc.V14, rpc.V10}, rpc.VersionList("1.4, 1.0 ,2.0").Versions())
	assert.Empty(t, rpc.VersionList("").Versions())
	for text, want := range map[string]rpc.Version{"1.0": rpc.V10, "\t1.4\r\n": rpc.V14, "": 0, "1.5": 0, "1.": 0, "1.4a": 0, "\u00a01.4": 0} {
		assert.Equal(t, want, rpc.ParseVersion(text), "%q", text)
	}
}
