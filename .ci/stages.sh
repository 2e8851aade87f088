# Sourced by the other scripts. stage NAME COMMAND... runs the command between
# two lines that name it, and says how long it took, also when it fails.
stage() {
	local name=$1 began=$SECONDS status=0
	shift
	echo "==> $name"
	"$@" || status=$?
	if [ "$status" -eq 0 ]; then
		echo "<== $name: $((SECONDS - began)) s"
	else
		echo "<== $name: failed with status $status after $((SECONDS - began)) s" >&2
	fi
	return "$status"
}
