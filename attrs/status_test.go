package attrs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestStatusUnset(t *testing.T) {
	assert.Equal(t, `CWMP state           : Disabled
ACS URL              : Null
ACS username         :
ACS default URL      : Null
ACS default username :
Periodic inform      : Disabled
Inform interval      : None
Inform time          : None
Wait timeout         : 30s
Connection retries   : Unlimited
Source IP interface  : None
STUN state           : Disabled
SSL policy name      : Null
CWMP state                                    : Disabled
ACS URL of most recent connection             : Null
ACS information source                        : None
ACS username of most recent connection        :
Connection status                             : Disconnected
Data transfer status                          : None
Most recent successful connection attempt     : None
Length of time before next connection attempt : None`, newResolver(t, Comware()).Snapshot().Status(Connection{}).String())
}

func TestStatusSet(t *testing.T) {
	r := runScript(t, Comware(), "c(url=http://www.acs.com:80/acs,user=newname,duser=defname,on=1,interval=600,time=2026-06-01T12:00:01,"+
		"retry=0,if=Vlan-interface1,stun=1,ssl=p,periodic=1,pass=canary8c1f)")
	got := r.Snapshot().Status(Connection{
		URL: "http://www.acs.com:80/acs", Username: "newname", State: "Connected", Transfer: "Uploading",
		LastSuccess: noon, Next: 1096831*time.Second + 1,
	})
	assert.Equal(t, `CWMP state           : Enabled
ACS URL              : http://www.acs.com:80/acs
ACS username         : newname
ACS default URL      : Null
ACS default username : defname
Periodic inform      : Enabled
Inform interval      : 600s
Inform time          : 2026-06-01T12:00:01
Wait timeout         : 30s
Connection retries   : 0
Source IP interface  : Vlan-interface1
STUN state           : Enabled
SSL policy name      : p
CWMP state                                    : Enabled
ACS URL of most recent connection             : http://www.acs.com:80/acs
ACS information source                        : User
ACS username of most recent connection        : newname
Connection status                             : Connected
Data transfer status                          : Uploading
Most recent successful connection attempt     : 2026-06-01T12:00:00
Length of time before next connection attempt : 1096832s`, got.String())
}

// TestStatusFamilies has rows left out, and a default with no unset rendering.
func TestStatusFamilies(t *testing.T) {
	assert.Equal(t, `CWMP state      : Enabled
ACS URL         : Null
ACS username    :
Periodic inform : Enabled
Inform interval : None
Inform time     : None
STUN state      : Disabled`, Lines(newResolver(t, TR069()).Snapshot().Status(Connection{}).Configuration))
	p := Comware()
	p.row(Enable).Default = ""
	p.row(ConnectRetry).Unset = ""
	s := newResolver(t, p).Snapshot().Status(Connection{})
	assert.Equal(t, "Disabled", s.Configuration[0].Value)
	assert.Equal(t, "Unlimited", s.Configuration[9].Value)
	var zero Snapshot
	assert.Nil(t, zero.Status(Connection{}).Configuration)
	assert.Equal(t, "None", zero.Status(Connection{}).Connection[2].Value)
	assert.Equal(t, "Disabled", zero.Status(Connection{}).Connection[0].Value)
}
