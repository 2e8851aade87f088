package awsfake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func cloudtrailOperations() []operation {
	op := func(name string, size int, serve func(*call) answer) operation {
		return operation{service: "cloudtrail", name: name, size: size, serve: serve}
	}
	return []operation{
		op("LookupEvents", 50, lookupEvents),
		op("DescribeTrails", 0, describeTrails),
		op("GetTrailStatus", 0, withTrail(getTrailStatus)),
		op("GetEventSelectors", 0, withTrail(getEventSelectors)),
		op("ListTrails", 50, listTrails),
		op("ListPublicKeys", 0, listPublicKeys),
	}
}

// memory is how far Event history reaches back.
const memory = 90 * 24 * time.Hour

// history are the records of a region, newest first.
type history []pastEvent

// pastEvent is a record with what it can be looked up by.
type pastEvent struct {
	raw                        string
	at                         time.Time
	id, name, source, readOnly string
	user, key                  string
	resources                  []pastResource
}

type pastResource struct {
	Type string `json:"ResourceType,omitempty"`
	Name string `json:"ResourceName,omitempty"`
}

// record is the part of a CloudTrail record that Event history looks at.
type record struct {
	EventTime, EventID, EventName, EventSource string
	ReadOnly                                   bool
	ManagementEvent                            *bool
	UserIdentity                               struct{ UserName, PrincipalID, AccessKeyID string }
	Resources                                  []struct{ ARN, Type string }
	RequestParameters                          json.RawMessage
}

// historyOf reads the records of a region once. Data events and what is no
// record never come into Event history.
func (s *Server) historyOf(r *Region) history {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.past[r]; ok {
		return h
	}
	h := make(history, 0, len(r.Events))
	for _, raw := range r.Events {
		var v record
		at := time.Time{}
		if json.Unmarshal(raw, &v) == nil {
			at, _ = time.Parse(time.RFC3339, v.EventTime)
		}
		if at.IsZero() || (v.ManagementEvent != nil && !*v.ManagementEvent) {
			continue
		}
		h = append(h, v.past(raw, at))
	}
	slices.SortStableFunc(h, func(a, b pastEvent) int { return b.at.Compare(a.at) })
	s.past[r] = h
	return h
}

func (v *record) past(raw []byte, at time.Time) pastEvent {
	_, session, _ := strings.Cut(v.UserIdentity.PrincipalID, ":")
	e := pastEvent{raw: string(raw), at: at, id: v.EventID, name: v.EventName, source: v.EventSource,
		readOnly: fmt.Sprint(v.ReadOnly), user: cmp.Or(v.UserIdentity.UserName, session), key: v.UserIdentity.AccessKeyID}
	for _, r := range v.Resources {
		e.resources = append(e.resources, pastResource{r.Type, r.ARN})
	}
	var parameters struct{ FunctionName string }
	if json.Unmarshal(v.RequestParameters, &parameters) == nil && parameters.FunctionName != "" {
		e.resources = append(e.resources, pastResource{"AWS::Lambda::Function", parameters.FunctionName})
	}
	return e
}

// has reports whether a record has an attribute.
func (e *pastEvent) has(key, value string) bool {
	switch key {
	case "EventId":
		return e.id == value
	case "EventName":
		return e.name == value
	case "EventSource":
		return e.source == value
	case "ReadOnly":
		return e.readOnly == value
	case "Username":
		return e.user == value
	case "AccessKeyId":
		return e.key == value
	}
	return slices.ContainsFunc(e.resources, func(r pastResource) bool {
		return key == "ResourceType" && r.Type == value || key == "ResourceName" && r.Name == value
	})
}

// attribute reads the one lookup attribute that a call may have.
func (c *call) attribute() (key, value string, ok bool) {
	list, _ := c.body["LookupAttributes"].([]any)
	if len(list) == 0 {
		return "", "", true
	}
	m, _ := list[0].(map[string]any)
	key, _ = m["AttributeKey"].(string)
	value, _ = m["AttributeValue"].(string)
	known := []string{"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}
	return key, value, len(list) == 1 && slices.Contains(known, key) && value != ""
}

// lookupEvents answers the newest first, both ends of the window included.
func lookupEvents(c *call) answer {
	key, value, ok := c.attribute()
	if !ok {
		return c.fail(http.StatusBadRequest, "InvalidLookupAttributesException", "Exactly one known lookup attribute may be given.")
	}
	if _, given := c.body["MaxResults"]; given && (c.number("MaxResults") < 1 || c.number("MaxResults") > 50) {
		return c.fail(http.StatusBadRequest, "InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
	}
	start, hasStart := c.instant("StartTime")
	end, hasEnd := c.instant("EndTime")
	if hasStart && hasEnd && start.After(end) {
		return c.fail(http.StatusBadRequest, "InvalidTimeRangeException", "The start time is after the end time.")
	}
	oldest := c.server.instant().Add(-memory)
	var found []*pastEvent
	all := c.server.historyOf(c.region())
	for i := range all {
		e := &all[i]
		if e.at.Before(oldest) || (hasStart && e.at.Before(start)) || (hasEnd && e.at.After(end)) {
			continue
		}
		if key == "" || e.has(key, value) {
			found = append(found, e)
		}
	}
	return c.list("Events", len(found), func(w *jsonWriter, i int) { found[i].write(w) },
		key, value, c.text("StartTime"), c.text("EndTime"), c.text("EventCategory"))
}

func (e *pastEvent) write(w *jsonWriter) {
	w.open('{').str("EventId", e.id).str("EventName", e.name).str("ReadOnly", e.readOnly).str("AccessKeyId", e.key)
	w.num("EventTime", e.at.Unix()).str("EventSource", e.source).str("Username", e.user)
	if e.resources != nil {
		w.any("Resources", e.resources)
	}
	w.str("CloudTrailEvent", e.raw).close('}')
}

func (c *call) trailARN(t *Trail) string {
	return or(t.ARN, "arn:"+c.world.partition()+":cloudtrail:"+t.Home+":"+c.account.ID+":trail/"+t.Name)
}

// withTrail finds the trail that a call names: by its name in its home region,
// by its ARN everywhere.
func withTrail(serve func(*call, *Trail) answer) func(*call) answer {
	return func(c *call) answer {
		name := or(c.text("Name"), c.text("TrailName"))
		for _, t := range c.account.Trails {
			if c.trailARN(t) == name || (t.Name == name && t.Home == c.Region) {
				return serve(c, t)
			}
		}
		return c.missing()
	}
}

// describeTrails answers the trails of the region and the shadows of those that
// cover it from elsewhere.
func describeTrails(c *call) answer {
	wanted := c.texts("trailNameList")
	w := newJSON().open('{').key("trailList").open('[')
	for _, t := range c.account.Trails {
		shadow := t.Home != c.Region
		if shadow && (!t.MultiRegion || c.text("includeShadowTrails") == "false") {
			continue
		}
		if len(wanted) > 0 && !slices.Contains(wanted, c.trailARN(t)) && (shadow || !slices.Contains(wanted, t.Name)) {
			continue
		}
		c.trail(w, t)
	}
	return c.ok(w.close(']').close('}').b)
}

func (c *call) trail(w *jsonWriter, t *Trail) {
	w.open('{').str("Name", t.Name).str("TrailARN", c.trailARN(t)).str("HomeRegion", t.Home)
	w.str("S3BucketName", t.Bucket).str("S3KeyPrefix", t.Prefix).str("KmsKeyId", t.KMSKey)
	w.any("IsMultiRegionTrail", t.MultiRegion).any("IsOrganizationTrail", t.Organization)
	w.any("IncludeGlobalServiceEvents", t.GlobalEvents).any("LogFileValidationEnabled", t.Validated)
	w.any("HasCustomEventSelectors", len(t.Selectors)+len(t.Advanced) > 0).any("HasInsightSelectors", false).close('}')
}

func getTrailStatus(c *call, t *Trail) answer {
	w := newJSON().open('{').any("IsLogging", t.Logging).str("LatestDeliveryError", t.DeliveryError)
	for _, v := range []struct {
		key string
		at  time.Time
	}{{"LatestDeliveryTime", t.LatestDelivery}, {"StartLoggingTime", t.Started}, {"StopLoggingTime", t.Stopped}} {
		if !v.at.IsZero() {
			w.num(v.key, v.at.Unix())
		}
	}
	w.str("TimeLoggingStarted", isoTime(t.Started)).str("TimeLoggingStopped", isoTime(t.Stopped))
	return c.ok(w.close('}').b)
}

// getEventSelectors answers one of both kinds. A trail that says nothing has
// the vendor's default: all management events.
func getEventSelectors(c *call, t *Trail) answer {
	w := newJSON().open('{').str("TrailARN", c.trailARN(t))
	switch {
	case t.Advanced != nil:
		w.any("AdvancedEventSelectors", t.Advanced)
	case t.Selectors != nil:
		w.any("EventSelectors", t.Selectors)
	default:
		w.any("EventSelectors", []Selector{{ReadWriteType: "All", Management: true, Excluded: []string{}}})
	}
	return c.ok(w.close('}').b)
}

func listTrails(c *call) answer {
	trails := c.account.Trails
	return c.list("Trails", len(trails), func(w *jsonWriter, i int) {
		t := trails[i]
		w.open('{').str("TrailARN", c.trailARN(t)).str("Name", t.Name).str("HomeRegion", t.Home).close('}')
	})
}
