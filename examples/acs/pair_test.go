package main

// NOTE: the two programs as they are built, talking to each other over loopback. What
// they print is looked through for the password.

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// secret is the password of these tests.
const secret = "canary-5ecret"

// build builds both programs into a directory.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"acs", "cpe"} {
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), "../"+name).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	return dir
}

// A process is a program that was started.
type process struct {
	*exec.Cmd
	out, errs *console
}

// spawn starts a program. What it has printed at the test's end holds no password.
func spawn(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{exec.Command(name, args...), newConsole(), newConsole()}
	p.Stdout, p.Stderr = p.out, p.errs
	require.NoError(t, p.Start())
	t.Cleanup(func() {
		if p.ProcessState == nil {
			p.Process.Kill()
			p.Wait()
		}
		for _, text := range []string{p.out.String(), p.errs.String()} {
			assert.NotContains(t, text, secret)
		}
	})
	return p
}

// status waits for the program's end.
func (p *process) status(t *testing.T) int {
	t.Helper()
	stuck := time.AfterFunc(time.Minute, func() { p.Process.Kill() })
	defer stuck.Stop()
	p.Wait()
	return p.ProcessState.ExitCode()
}

// spawnACS starts an ACS on a free port, and returns its URL. It prints JSON.
func spawnACS(t *testing.T, dir string, args ...string) (acs *process, url string) {
	t.Helper()
	acs = spawn(t, filepath.Join(dir, "acs"), append([]string{"-listen", "127.0.0.1:0", "-json"}, args...)...)
	url, ok := strings.CutPrefix(strings.TrimSpace(acs.errs.lines(t, 1)[0]), "listening on ")
	require.True(t, ok, url)
	return acs, url
}

// A told is a line of -json.
type told struct {
	Device     rpc.DeviceID
	Events     []rpc.Event
	Parameters []struct{ Name, Type, Value string }
	Requests   []struct {
		Method string
		Answer map[string]any
		Fault  *struct {
			FaultCode               int
			FaultString             string
			SetParameterValuesFault []map[string]any
		}
	}
	Diagnostics []struct{ Code string }
	End         string
}

func tell(t *testing.T, line string) told {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	var s told
	require.NoError(t, d.Decode(&s), line)
	return s
}

func TestPrograms(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: there are no signals here")
	}
	dir := build(t)
	for name, test := range map[string]func(*testing.T, string){
		"credentials": credentials, "every method": everyMethod, "reboot": reboot, "signals": signals, "text": text, "statuses": statuses,
		"wake by HTTP": wakeByHTTP, "wake by UDP": wakeByUDP,
	} {
		t.Run(name, func(t *testing.T) { test(t, dir) })
	}
}

// Every kind of -auth, with and without TLS: who has the password is let in.
func credentials(t *testing.T, dir string) {
	cert, key := keyPair(t)
	other, _ := keyPair(t)
	named := []string{"-user", "u", "-pass", secret}
	secure := []string{"-tls-cert", cert, "-tls-key", key}
	for _, auth := range [][]string{
		{"-auth", "none"}, append([]string{"-auth", "digest"}, named...), append([]string{"-auth", "basic", "-allow-basic-http"}, named...),
		append(secure, "-auth", "none"), append(append(secure, "-auth", "digest"), named...), append(append(secure, "-auth", "basic"), named...),
	} {
		acs, url := spawnACS(t, dir, append(auth, "-once")...)
		cpe := func(args ...string) *process {
			return spawn(t, filepath.Join(dir, "cpe"), append([]string{"-acs", url, "-once", "-allow-basic-http"}, args...)...)
		}
		args := []string{"-cacert", cert}
		if strings.HasPrefix(url, "https:") {
			stranger := cpe(append(named, "-cacert", other)...)
			assert.Equal(t, exitFailed, stranger.status(t), auth)
			assert.Contains(t, stranger.errs.String(), "certificate")
		}
		if auth[len(auth)-1] == secret {
			for _, wrong := range [][]string{args, append(args, "-user", "u", "-pass", "wrong")} {
				stranger := cpe(wrong...)
				assert.Equal(t, exitFailed, stranger.status(t), auth)
				assert.Regexp(t, "^cpe: session failed: POST Inform: .*credentials.*\n$", stranger.errs.String())
			}
			args = append(args, named...)
		}
		good := cpe(args...)
		assert.Equal(t, exitOK, good.status(t), auth)
		assert.Equal(t, "session 1: 1 BOOT\nsession 1 ended well\n", good.out.String())
		assert.Empty(t, good.errs.String())
		assert.Equal(t, exitOK, acs.status(t), auth)
		s := tell(t, acs.out.String())
		assert.Equal(t, rpc.DeviceID{Manufacturer: "cwmp-go", OUI: "00D09E", ProductClass: "cpe", SerialNumber: "1"}, s.Device)
		assert.Equal(t, []rpc.Event{{EventCode: rpc.EventBoot}}, s.Events)
		assert.Equal(t, "ok", s.End)
		assert.Empty(t, s.Diagnostics, "we keep to the standard")
	}
}

// Whatever a CPE can be asked is asked; what this one does not answer is 9000.
func everyMethod(t *testing.T, dir string) {
	acs, url := spawnACS(t, dir, "-once", "-do", "testdata/do.json")
	cpe := spawn(t, filepath.Join(dir, "cpe"), "-acs", url)
	assert.Equal(t, exitOK, cpe.status(t))
	assert.Equal(t, exitOK, acs.status(t))
	s := tell(t, acs.out.String())
	codes := map[string]int{}
	for _, q := range s.Requests {
		assert.True(t, (q.Answer == nil) != (q.Fault == nil), q)
		if codes[q.Method] = 0; q.Fault != nil {
			codes[q.Method] = q.Fault.FaultCode
		}
	}
	want := map[string]int{}
	for _, method := range methods {
		want[method] = 9000
	}
	for _, method := range []string{"AddObject", "GetParameterNames", "GetParameterValues", "GetRPCMethods", "Reboot"} {
		want[method] = 0
	}
	want["DeleteObject"] = 9005       // there is no instance 7
	want["SetParameterValues"] = 9003 // two of its parameters are not there
	assert.Equal(t, want, codes)
	assert.Equal(t, "ok", s.End)
}

// A device comes back from a reboot, and what was set stays set.
func reboot(t *testing.T, dir string) {
	table := file(t, "Device.X,string,true,old\nDevice.ManagementServer.ParameterKey,string,false,\n")
	do := file(t, `[{"GetParameterValues":{"ParameterNames":["Device.X"]}},
		{"SetParameterValues":{"ParameterList":[{"Name":"Device.X","Type":"xsd:string","Value":"new"}],"ParameterKey":"set"}},{"Reboot":{"CommandKey":"k"}}]`)
	acs, url := spawnACS(t, dir, "-do", do)
	cpe := spawn(t, filepath.Join(dir, "cpe"), "-acs", url, "-interval", "1h", "-params", table, "-event", "0 BOOTSTRAP", "-event", "1 BOOT")
	lines := acs.out.lines(t, 2)
	first, second := tell(t, lines[0]), tell(t, lines[1])
	assert.Equal(t, []rpc.Event{{EventCode: rpc.EventBootstrap}, {EventCode: rpc.EventBoot}}, first.Events)
	assert.Equal(t, []rpc.Event{{EventCode: rpc.EventBoot}, {EventCode: rpc.EventMReboot, CommandKey: "k"}}, second.Events)
	assert.Equal(t, "set", second.Parameters[0].Value)
	for n, want := range []string{"old", "new"} {
		answer := []told{first, second}[n].Requests[0].Answer
		assert.Equal(t, map[string]any{"ParameterList": []any{map[string]any{"Name": "Device.X", "Type": "xsd:string", "Value": want}}}, answer)
	}
	require.NoError(t, cpe.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, exitOK, cpe.status(t))
	require.NoError(t, acs.Process.Signal(os.Interrupt))
	assert.Equal(t, exitOK, acs.status(t))
	assert.Contains(t, cpe.out.String(), "session 1 ended well\nrebooting\nsession 2: 1 BOOT, M Reboot\n")
}

// Both signals end both programs with 0, in a session too.
func signals(t *testing.T, dir string) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		acs, _ := spawnACS(t, dir, "-once")
		require.NoError(t, acs.Process.Signal(signal))
		assert.Equal(t, exitOK, acs.status(t))

		silent, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer silent.Close()
		cpe := spawn(t, filepath.Join(dir, "cpe"), "-acs", "http://"+silent.Addr().String(), "-once")
		conn, err := silent.Accept()
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, cpe.Process.Signal(signal))
		assert.Equal(t, exitOK, cpe.status(t))
		assert.Empty(t, cpe.errs.String())
	}
}

// The lines for a person, of the two programs' usual session.
func text(t *testing.T, dir string) {
	do := file(t, `[{"GetParameterNames":{"ParameterPath":"","NextLevel":true}},{"GetParameterValues":{"ParameterNames":["Device.ManagementServer."]}},{"FactoryReset":{}}]`)
	acs := spawn(t, filepath.Join(dir, "acs"), "-listen", "127.0.0.1:0", "-once", "-do", do, "-user", "u", "-pass", secret)
	url := strings.TrimPrefix(strings.TrimSpace(acs.out.lines(t, 1)[0]), "listening on ")
	cpe := spawn(t, filepath.Join(dir, "cpe"), "-acs", url, "-user", "u", "-pass", secret)
	assert.Equal(t, exitOK, cpe.status(t))
	assert.Equal(t, exitOK, acs.status(t))
	golden(t, "pair.text", strings.ReplaceAll(acs.out.String(), url, "URL")+"\n"+cpe.out.String())
	assert.Empty(t, acs.errs.String()+cpe.errs.String())
}

// What is no good is refused before anything is done.
func statuses(t *testing.T, dir string) {
	for _, args := range [][]string{
		{"acs", "-auth", "basic", "-user", "u", "-pass", secret}, {"acs", "-tls-cert", "x"}, {"acs", "-do", "none"}, {"acs", "-user", "u", "-pass", secret, secret},
		{"acs", "-connreq", "nowhere", "-cr-user", "u", "-cr-pass", secret}, {"acs", "-udp", "127.0.0.1:9", "-cr-pass", secret},
		{"cpe", "-acs", "http://127.0.0.1/", "-connreq", "127.0.0.1:0", "-cr-pass", secret}, {"cpe", "-acs", "http://127.0.0.1/", "-stun", "127.0.0.1:9"},
		{"cpe", "-acs", "nowhere"}, {"cpe", "-acs", "http://u:" + secret + "@127.0.0.1/"}, {"cpe", "-acs", "http://127.0.0.1/", "-params", "none"},
	} {
		p := spawn(t, filepath.Join(dir, args[0]), args[1:]...)
		assert.Equal(t, exitUsage, p.status(t), args)
		assert.Empty(t, p.out.String())
		assert.Regexp(t, "^"+args[0]+": .+\n$", p.errs.String())
	}
}
