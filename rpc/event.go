package rpc

// An EventCode names why a session was opened (TR-069 section 3.7.1.5, table 8).
// It is an open string: vendors have their own, "X 00D09E Warm Start".
type EventCode string

// The standard's event codes. The digits are part of the code.
const (
	EventBootstrap                       EventCode = "0 BOOTSTRAP"
	EventBoot                            EventCode = "1 BOOT"
	EventPeriodic                        EventCode = "2 PERIODIC"
	EventScheduled                       EventCode = "3 SCHEDULED"
	EventValueChange                     EventCode = "4 VALUE CHANGE"
	EventKicked                          EventCode = "5 KICKED"
	EventConnectionRequest               EventCode = "6 CONNECTION REQUEST"
	EventTransferComplete                EventCode = "7 TRANSFER COMPLETE"
	EventDiagnosticsComplete             EventCode = "8 DIAGNOSTICS COMPLETE"
	EventRequestDownload                 EventCode = "9 REQUEST DOWNLOAD"
	EventAutonomousTransferComplete      EventCode = "10 AUTONOMOUS TRANSFER COMPLETE"
	EventDUStateChangeComplete           EventCode = "11 DU STATE CHANGE COMPLETE"
	EventAutonomousDUStateChangeComplete EventCode = "12 AUTONOMOUS DU STATE CHANGE COMPLETE"
	EventWakeup                          EventCode = "13 WAKEUP"    // CWMP 1.4
	EventHeartbeat                       EventCode = "14 HEARTBEAT" // Amendment 6

	EventMReboot           EventCode = "M Reboot"
	EventMScheduleInform   EventCode = "M ScheduleInform"
	EventMDownload         EventCode = "M Download"
	EventMScheduleDownload EventCode = "M ScheduleDownload"
	EventMUpload           EventCode = "M Upload"
	EventMChangeDUState    EventCode = "M ChangeDUState"
)

// An Event is one entry of an Inform's Event array (EventStruct).
type Event struct {
	EventCode  EventCode
	CommandKey string // of the method that caused an "M ..." event, otherwise empty; at most 32 characters
}

// Fields lists the fields of EventStruct.
func (e *Event) Fields(c *Codec) {
	c.String("EventCode", (*string)(&e.EventCode), maxEventCode)
	c.String("CommandKey", &e.CommandKey, maxCommandKey)
}

// The schema's lengths.
const (
	maxEventCode  = 64
	maxCommandKey = 32
)
