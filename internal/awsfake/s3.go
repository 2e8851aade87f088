package awsfake

import (
	"net/http"
	"strings"
)

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

func s3Operations() []operation {
	op := func(name, path, query string, serve func(*call) answer) operation {
		return operation{service: "s3", name: name, method: "GET", path: path, query: query, serve: serve}
	}
	list := op("ListBuckets", "/", "", listBuckets)
	list.size = 10000
	return []operation{
		list,
		op("GetBucketNotificationConfiguration", "/{Bucket}", "notification", getBucketNotification),
		op("GetBucketLocation", "/{Bucket}", "location", getBucketLocation),
	}
}

// s3Document begins an answer of S3.
func s3Document(name string) *xmlWriter {
	x := newXML()
	x.b = append(x.b, `<`+name+` xmlns="`+s3Namespace+`">`...)
	return x
}

// placed is a bucket with its region.
type placed struct {
	*Bucket
	region string
}

// buckets are those of the whole account: S3 lists them from any region.
func (a *Account) buckets() []placed {
	var all []placed
	for _, region := range sortedKeys(a.Places) {
		for _, b := range a.Places[region].Buckets {
			all = append(all, placed{b, region})
		}
	}
	return all
}

func listBuckets(c *call) answer {
	var of []placed
	region, prefix := c.text("bucket-region"), c.text("prefix")
	for _, b := range c.account.buckets() {
		if (region == "" || region == b.region) && strings.HasPrefix(b.Name, prefix) {
			of = append(of, b)
		}
	}
	from, to, next, ok := c.page(len(of), region, prefix)
	if !ok {
		return c.badToken()
	}
	x := s3Document("ListAllMyBucketsResult").open("Owner").text("ID", c.account.ID).close("Owner").open("Buckets")
	for _, b := range of[from:to] {
		x.open("Bucket").text("Name", b.Name).text("CreationDate", isoTime(b.Created)).text("BucketRegion", b.region).close("Bucket")
	}
	x.close("Buckets").text("Prefix", prefix).text("ContinuationToken", next)
	return c.ok(x.close("ListAllMyBucketsResult").b)
}

// bucket finds the bucket that a call names. A bucket of another region is
// refused with the region in a header, as S3 does.
func (c *call) bucket(anywhere bool) (placed, answer, bool) {
	for _, b := range c.account.buckets() {
		if b.Name != c.text("Bucket") {
			continue
		}
		if b.region == c.Region || anywhere {
			return b, answer{}, true
		}
		a := c.fail(http.StatusMovedPermanently, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.")
		a.header.Set("X-Amz-Bucket-Region", b.region)
		return placed{}, a, false
	}
	return placed{}, c.missing(), false
}

func getBucketLocation(c *call) answer {
	b, refusal, ok := c.bucket(true)
	if !ok {
		return refusal
	}
	x := s3Document("LocationConstraint")
	if b.region != "us-east-1" { // the oldest region has no name here
		x.b = append(x.b, b.region...)
	}
	return c.ok(x.close("LocationConstraint").b)
}

func getBucketNotification(c *call) answer {
	b, refusal, ok := c.bucket(false)
	if !ok {
		return refusal
	}
	x := s3Document("NotificationConfiguration")
	for _, n := range b.Notifications {
		n.write(x)
	}
	if b.EventBridge {
		x.open("EventBridgeConfiguration").close("EventBridgeConfiguration")
	}
	return c.ok(x.close("NotificationConfiguration").b)
}

// write writes a notification under the names of its kind, which the service
// in its ARN decides.
func (n *Notification) write(x *xmlWriter) {
	kind, target := "CloudFunctionConfiguration", "CloudFunction"
	switch {
	case strings.Contains(n.ARN, ":sqs:"):
		kind, target = "QueueConfiguration", "Queue"
	case strings.Contains(n.ARN, ":sns:"):
		kind, target = "TopicConfiguration", "Topic"
	}
	x.open(kind).text("Id", n.ID).text(target, n.ARN)
	for _, e := range n.Events {
		x.text("Event", e)
	}
	if n.Prefix != "" || n.Suffix != "" {
		x.open("Filter").open("S3Key")
		for _, rule := range [][2]string{{"prefix", n.Prefix}, {"suffix", n.Suffix}} {
			if rule[1] != "" {
				x.open("FilterRule").text("Name", rule[0]).text("Value", rule[1]).close("FilterRule")
			}
		}
		x.close("S3Key").close("Filter")
	}
	x.close(kind)
}
