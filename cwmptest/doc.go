// Package cwmptest helps to test programs that speak CWMP, in the manner of
// net/http/httptest: an ACS and a device to test against, the two session
// machines coupled without a network, and transcripts of sessions as golden
// files.
//
// # Test a device
//
// [NewACS] starts an ACS on a loopback port for one test. What it asks is
// straight-line code; what it saw is in [ACS.Transcript], [ACS.Exchanges] and
// [ACS.Ended]. A whole test:
//
//	func TestReboot(t *testing.T) {
//		acs := cwmptest.NewACS(t, transport.Script(func(ctx context.Context, s *transport.Session) error {
//			_, err := transport.Do(ctx, s, &rpc.Reboot{CommandKey: "k1"})
//			return err
//		}))
//		var device cwmptest.Device // or your own, given acs.URL
//		_, err := device.Inform(t.Context(), acs.URL, []rpc.Event{{EventCode: rpc.EventBoot}})
//		if err != nil || !slices.Equal(device.Reboots(), []string{"k1"}) {
//			t.Errorf("%v after\n%s", err, acs.Transcript())
//		}
//	}
//
// A device that runs beside the test, a process or a real one, is waited for with
// [ACS.Wait]. [NewUnstartedACS] gives the test time to set credentials or to change
// the server; [ACS.StartTLS] serves https.
//
// # Test an ACS
//
// A [Device] is a CPE over a flat table of parameters, made in one line by
// [NewDevice]. [Device.Inform] runs one session with the ACS at a URL, that of an
// httptest.Server around your transport.Server for instance; what it did to the
// device is in [Device.Value], [Device.ParameterKey] and [Device.Reboots]. Two
// devices with the same table answer alike, so a test needs no fixtures but the
// table.
//
// # Test the course of a session
//
// [Pipe] couples a session.CPE and a session.ACS and writes the transcript; every
// message goes through the encoder and the decoder on its way. [Transcripts] runs
// files of commands to either machine and compares what comes out with what the
// file says; go test -cwmptest.rewrite writes what came out into the files
// instead. Commit such a change only if you understand what caused it.
//
// What is named ACS, and what is given a [TB], is for tests: it listens on loopback only,
// and what goes wrong ends the test. A Device is of use in other programs too; package
// testing is not linked into them.
package cwmptest
