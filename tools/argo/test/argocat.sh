#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# argocat.sh ARGOCAT ARGO: both built with fake.c. Prints TAP.
set -u
cat=$(realpath "$1")
argo=$(realpath "$2")
dir=$(mktemp -d)
export FAKE_DIR=$dir
cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
n=0 failed=0

result() # WHAT, after the command that decides
{
	local rc=$?

	n=$((n + 1))
	if [ "$rc" -eq 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		failed=1
	fi
}

head -c 10485760 /dev/urandom >in
timeout 60 "$cat" -l -d 1:0x10 >out &
timeout 60 "$cat" -c -w 20 1:0x10 <in
result 'a sender ends when both have said so'
wait $!
result 'so does who listens'
cmp in out
result 'nothing is lost'

head -c 3000001 /dev/urandom >back
timeout 60 "$cat" -l 1:0x11 <back >out &
timeout 60 "$cat" -c -w 20 1:0x11 <in >came
wait $!
cmp in out && cmp back came
result 'both ways at once'

timeout 60 "$cat" -l -d 1:0x12 >out &
timeout 60 "$cat" -c -w 20 -s 1 1:0x12 <<<'every byte a message'
wait $!
[ "$(cat out)" = 'every byte a message' ]
result 'messages of one byte'

timeout 60 "$cat" -l -d 1:0x13 >out &
timeout 60 "$cat" -c -w 20 1:0x13 </dev/null
wait $! && [ ! -s out ]
result 'nothing at all'

"$cat" 1:0x14 </dev/null 2>err
[ $? -eq 1 ] && grep -q 'connect: Connection refused' err
result 'nobody there'

"$cat" -z 1:0x15
[ $? -eq 1 ]
result '-z: not there'

timeout 20 "$cat" -l -k -d 1:0x16 >out 2>err &
pid=$!
for word in one two three; do
	timeout 20 "$cat" -c -w 10 1:0x16 <<<"$word"
done
kill $pid
wait $pid 2>/dev/null
[ "$(tr '\n' ' ' <out)" = 'one two three ' ]
result '-k: one after the other'

timeout 20 "$cat" -l -w 1 1:0x17 </dev/null 2>err
[ $? -eq 1 ] && grep -q 'timed out' err
result '-w: nobody comes'

timeout 20 "$cat" -l -u -d -w 2 1:0x18 >out 2>err &
pid=$!
{ echo one; sleep 0.2; echo two; } | timeout 20 "$cat" -c -u 1:0x18
wait $pid && [ "$(cat out)" = $'one\ntwo' ]
result '-u: messages, and no end'

timeout 20 "$cat" 1:1:1 2>/dev/null
[ $? -eq 1 ] && ! timeout 20 "$cat" 2>/dev/null
result 'bad arguments'

timeout 20 "$argo" echo 1:0x19 &
pid=$!
for _ in $(seq 100); do
	! "$cat" -z 1:0x19 || break
	sleep 0.05
done
[ "$(timeout 20 "$argo" ping 1:0x19 3 | grep -c '^answer to')" -eq 3 ]
result 'argo ping'
[ "$("$argo" info)" = 'domain 1' ] && "$argo" query 1:0x19 | grep -q 'up to 60000 bytes'
result 'argo info and query'
kill $pid
wait $pid 2>/dev/null

echo "1..$n"
exit $failed
