package attrs

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func splitWords(script string) []string { return strings.Fields(script) }

// told is events in short: attribute, old and new, who did it, whether the ACS
// has to hear of it.
func told(events []Event) (list []string) {
	for _, e := range events {
		mark := map[bool]string{true: "notify", false: "quiet"}[e.Notify()]
		kind := map[EventKind]string{ValueChanged: "", URLChanged: "moved: "}[e.Kind]
		list = append(list, fmt.Sprintf("%s%s %s:%v>%s:%v by %v %s", kind, e.Attr,
			visible(e.Old.String(), e.Old.Assigned()), e.Old.Source(), visible(e.New.String(), e.New.Assigned()), e.New.Source(), e.By, mark))
	}
	return list
}

func TestEvents(t *testing.T) {
	for _, row := range []struct {
		before, script string
		want           []string
	}{
		{"", "", nil},
		{"", "c(user=x)", []string{"acs username -:Factory>x:CLI by CLI notify"}},
		{"", "a(user=x)", []string{"acs username -:Factory>x:ACS by ACS quiet"}},
		{"a(interval=600)", "c(interval=600)", nil}, // row 25
		{"", "c(interval=600)", nil},                // the default
		{"", "c(interval=601)", []string{"cpe inform interval 600:Factory>601:CLI by CLI notify"}},
		{"c2", "d1", nil}, // it loses
		{"c2+", "c2+", nil},
		{"c(pass=x)", "a(pass=y)", []string{"acs password ***:CLI>***:ACS by ACS quiet"}},
		{"c2", "a3", []string{
			"acs url http://acs2.example/:CLI>http://acs3.example/:ACS by ACS quiet",
			"moved: acs url http://acs2.example/:CLI>http://acs3.example/:ACS by ACS quiet"}},
		{"d1 a3", "u", []string{ // the ACS has not written what comes to the fore
			"acs url http://acs3.example/:ACS>http://acs1.example/:DHCP by ACS notify",
			"moved: acs url http://acs3.example/:ACS>http://acs1.example/:DHCP by ACS notify"}},
		{"c2 D0", "uc(url)", []string{
			"acs url http://acs2.example/:CLI>-:Factory by CLI notify",
			"moved: acs default url http://acs2.example/:CLI>http://acs0.example/:CLI by CLI notify"}},
		{"c2", "D0", []string{"acs default url -:Factory>http://acs0.example/:CLI by CLI notify"}},
		{"d1", "L", []string{
			"acs url http://acs1.example/:DHCP>-:Factory by DHCP notify",
			"moved: acs url http://acs1.example/:DHCP>-:Factory by DHCP notify"}},
		// What was not taken becomes one: the latest author counts.
		{"", "c(user=x) a(user=y)", []string{"acs username -:Factory>y:ACS by ACS quiet"}},
		{"c(user=x)", "a(user=y) c(user=x)", []string{"acs username x:CLI>x:CLI by CLI notify"}},
	} {
		r := runScript(t, Comware(), row.before)
		sub := r.Subscribe()
		for _, word := range splitWords(row.script) {
			require.NoError(t, runWord(t, r, word))
		}
		assert.Equal(t, row.want, told(sub.Take()), "%s: %s", row.before, row.script)
		assert.Nil(t, sub.Take())
	}
}

func TestSubscription(t *testing.T) {
	r := newResolver(t, Comware())
	sub, names := r.Subscribe(), r.Subscribe(Username)
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://h/")))
	<-sub.Bell()
	select {
	case <-names.Bell():
		t.Fatal("rang for nothing")
	default:
	}
	require.NoError(t, r.Apply(CLI, noon, Set(Username, "u")))
	<-names.Bell()
	got := names.Take()
	require.Len(t, got, 1)
	assert.EqualValues(t, 2, got[0].Generation)
	assert.Len(t, sub.Take(), 3)

	sub.Close()
	sub.Close()
	require.NoError(t, r.Apply(CLI, noon, Set(Username, "v")))
	assert.Nil(t, sub.Take())
	assert.Len(t, names.Take(), 1)
	r.FactoryReset()
	assert.Equal(t, Factory, names.Take()[0].By)
	assert.Len(t, r.subs, 1)
}

// TestSlowSubscriber never takes anything: writers go on, and the box stays
// small. A subscriber may write and subscribe while it takes.
func TestSlowSubscriber(t *testing.T) {
	r := newResolver(t, Comware())
	slow := r.Subscribe()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			busy := r.Subscribe(URL)
			defer busy.Close()
			for i := range 500 {
				src := []Source{CLI, ACS, DHCP, Factory}[w]
				assert.NoError(t, r.Apply(src, noon, Set(URL, fmt.Sprintf("http://h%d-%d/", w, i)), Set(Username, fmt.Sprint(i))))
				assert.LessOrEqual(t, len(busy.Take()), 2)
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, len(slow.Take()), 3)
}
