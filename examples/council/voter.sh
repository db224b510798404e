#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An agent in a few lines of shell: it votes for the first of its arguments that can be chosen, and abstains if none can.
echo '{"type":"hello","protocol":1,"features":["vote"]}'
while IFS= read -r line; do
	case $line in
	'{"type":"stop"'*) exit 0 ;;
	'{"type":"vote_request"'* | '{"type":"propose_request"'*) ;;
	*) continue ;;
	esac
	id=$(printf '%s\n' "$line" | sed 's/^{"type":"[a-z_]*","id":"\([^"]*\)".*/\1/')
	answer='{"type":"abstain","id":"'$id'","why":"nothing here is for me"}'
	options=$(printf '%s\n' "$line" | sed -n 's/.*"options":\[\([^]]*\)\].*/\1/p')
	for wanted in "$@"; do
		case ",$options," in
		*",\"$wanted\","*)
			answer='{"type":"vote","id":"'$id'","choice":"'$wanted'"}'
			break
			;;
		esac
	done
	printf '%s\n' "$answer"
done
