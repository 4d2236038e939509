#!/bin/sh
# The page at /: who answers, for trying networks and port forwards.
printf 'Content-Type: text/html; charset=utf-8\r\n\r\n'
name=$(hostname)
read -r up _ </proc/uptime
cat <<PAGE
<!doctype html>
<title>$name</title>
<h1>$name</h1>
<p>This page is served by the domain <b>$name</b> (up ${up%.*} s) to $REMOTE_ADDR.</p>
PAGE
