#!/bin/sh
# Lays out what the fuzzers start from: fuzz/seeds.sh FOLDER makes FOLDER/<target>/ for each target.
# Recorded packets come from ${VICINO_VECTORS:-../shared/vectors}/fuzz when that is there.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
vectors=${VICINO_VECTORS:-$root/../shared/vectors}
out=${1:?usage: fuzz/seeds.sh FOLDER}

# seed TARGET NAME HEX...: bytes written as hexadecimal numbers, spaces allowed.
seed() {
  target=$1 name=$2
  shift 2
  mkdir -p "$out/$target"
  printf '%s' "$*" | tr -d ' \n' | sed 's/../\\x&/g' | xargs -0 env printf >"$out/$target/$name"
}

for pair in rtp:fuzz_rtp rtcp:fuzz_rtcp sdp:fuzz_sdp; do
  from=$vectors/fuzz/${pair%%:*} to=$out/${pair##*:}
  mkdir -p "$to"
  if [ -d "$from" ]; then
    cp "$from"/* "$to"
  else
    echo "no recorded ${pair%%:*} at $from: starting without" >&2
  fi
done
cp "$root"/tests/data/sdp/*.sdp "$out/fuzz_sdp"

# RFC 5769 section 2.1: a request with user name, priority and integrity.
seed fuzz_stun rfc5769-request \
  000100582112a442b7e7a701bc34d686fa87dfae 802200105354554e207465737420636c69656e74 \
  002400046e0001ff 80290008932ff9b151263b36 000600096576746a3a68367659202020 \
  000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004e57a3bcf
# Section 2.2: its answer.
seed fuzz_stun rfc5769-answer \
  0101003c2112a442b7e7a701bc34d686fa87dfae 8022000b7465737420766563746f7220 \
  002000080001a147e112a643 000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004c07d4c96
# Attributes alone: the target puts a header before them.
seed fuzz_stun attributes \
  002400046e0001ff 00250000 802a0008932ff9b151263b36 000600096576746a3a68367659202020

# How many bytes the first is, then a dependency descriptor with the structure of two temporal layers and a frame of its second.
seed fuzz_dependency_descriptor l1t2 0f 80010280011ea85141010c09fc059c c20103
# Each a limit or 0, a length and a descriptor: a key picture of three spatial layers, then frames of all of them.
seed fuzz_layers l3t3_key 035a c00006 80081485214eaaaaa8000600004000100002aa80a8000600004000100002a000a800060000400016d549241b5524906d54923157e001974ca864330e222396eca8655304224390eca87753013f00b3027f016704ff02cf 0003 c50007 0003 ca0008 0003 c30009 2103 c8000a 0003 cd000b \
  0003 c2000c 0003 c7000d 0003 c10012 0003 c60013

# Cuts, then frames of RFC 4571: a STUN header, an empty one, one byte.
seed fuzz_stream_frames frames 00010203 0014 000100002112a442b7e7a701bc34d686fa87dfae 0000 0001aa

# A sound-only RTP packet with extensions of both forms, for a start without recordings.
seed fuzz_rtp one-byte-extension 906f0001000000020000000abede0001 1051 ff00 0102
seed fuzz_rtp two-byte-extension 906f0001000000020000000a10000001 0102 aabb 0102
seed fuzz_rtcp reports \
  81c80006 0000000b 0000000000000000 00000002 00000003 00000004 \
  81c90007 0000000b 0000000c 00000000 00000005 00000006 00000000 00000000 \
  81ce0002 0000000b 0000000c 81cd0003 0000000b 0000000c 00100001

# Codec, then 'F' and a frame; codecs: 0 Opus, 1 VP8, 2 VP9, 3 AV1, 4 H.264.
seed fuzz_payload opus 00 46 f8fffe
seed fuzz_payload vp8 01 46 1000009d012a08000800
seed fuzz_payload vp9 02 46 824983420000f00010
seed fuzz_payload av1 03 46 0a0a0000000cc4ff67006802 3204 01020304
seed fuzz_payload h264 04 46 000000016742e01fda014016e806d0442350140000000168ce3880 0000000165888001
# Codec, then packets of (sequence step, flags, size, bytes).
seed fuzz_payload vp8-packets 01 00000410000000 0105089080a501d0010203
seed fuzz_payload h264-packets 04 0001 057c85aabbcc 0104 047c45ddee

# Codec, then a frame: shim, header of RFC 9605 section 4.3 under a key id of fuzz_sframe.cpp, ciphertext.
tail=000102030405060708090a0b0c0d0e0f1011
seed fuzz_sframe opus 00 a0 02a5fe $tail
seed fuzz_sframe vp8 01 1000009d012a08000800 a006a5fe $tail
seed fuzz_sframe vp9 02 a006a5fe $tail
seed fuzz_sframe av1 03 3215 a006a5fe $tail
seed fuzz_sframe h264 04 00000001419a80 a006a5fe $tail 80
# Size and a change of frame keys, as core/frame_keys.cpp writes them: an epoch with one other member, sending under it, a
# frame (size 0), the epoch's end, a removed sender, another group, forgotten slots.
key=0102030405060708090a0b0c0d0e0f10
begin=2b000000000000000007${key}0000000300010000000500000000000012ab
seed fuzz_sframe_keys epoch $begin 09010000000000000007 000b$key${key}0001020304050607 09020000000000000007
seed fuzz_sframe_keys others 090300000000000012ab 0104 0b0500000004000201390130 0705000000050000
# Found by fuzzing: a member added at the own leaf, and an epoch that a key id can't tell from the one being sent under.
seed fuzz_sframe_keys own-leaf $begin 09010000000000000007 15060000000000000007 00000003 00000000000012ac 000041
seed fuzz_sframe_keys epoch-alike $begin 09010000000000000007 \
  2b000000000000000107${key}00000005 0001 00000003 00000000000012ab 000041
seed fuzz_sframe_keys report 00000004 0001 0139 00 00000000000012ab 01

# Codec plus 0x80 (here 0x80 + codec + 2, modulo 5), key frame, position, change, picture to seal.
for codec in 80 81 82 83 84; do
  seed fuzz_sframe seal-$codec $codec 01 0007 01 00000001000003010203
done

# Steps of a session: connect (00), join (01 shape room sender profile), watch, leave.
seed fuzz_wire_server call 00 00 01 38 00 01 01 aabb 00 01 38 00 02 01 aabb 01 04 02 01 01 01 00 06 ff
seed fuzz_wire_server resume 00 01 3a 00 01 01 aabb 00 05 00 00 01 3a 00 01 01 aabb 01
seed fuzz_wire_server resources 08 18 00 00 08 08 00 00 08 38 00 00 07 00 01
# A Watch as it comes (03, its size), on a connection that has joined; a leave, damaged.
seed fuzz_wire_server raw 00 01 38 00 01 01 aabb 00 03 004c \
  0c00000008000e000700080008000000000000030c0000000000060008000400060000000400000001000000 \
  100000000c0010000c00070008000a000c000000000000018002680101000000 00
seed fuzz_wire_server damaged 00 04 81 03 000401 000802 00

# Mode 1: socket, offer, joined, then what the server says; mode 2: a profile's content.
seed fuzz_wire_client call 01 00 02 07 01 00 10 00 07 02 00 20 01 07 01 00 00 04 01 04 01 30 01 07 02 00 00 02
seed fuzz_wire_client profile 02 \
  14000000000000000c0014000c000800060007000c000000000001010c000000030000000000000003000000 41646100
# Mode 0: a Slots message as it comes.
seed fuzz_wire_client message 00 \
  0c00000008000e000700080008000000000000050c0000000000060008000400060000000400000001000000 \
  1000000000000a00100008000c0007000a0000000000000108000000010000000100000030000000

# Kind of structure, then its bytes; from the official vectors, some of each when they are there.
# decode_seeds FILE FIELD NUMBER [PREFIX]: the first NUMBER values of a field in a vector file.
decode_seeds() {
  file=$vectors/mls/$1 field=$2 number=$3 prefix=$4
  if [ ! -f "$file" ]; then
    echo "no $field at $file: starting without" >&2
    return
  fi
  sed -n "s/.*\"$field\": *\"\([0-9a-f]*\)\".*/\1/p" "$file" | awk 'length < 16000' | head -n "$number" | {
    i=0
    while read -r hex; do
      i=$((i + 1))
      seed fuzz_mls_decode "$field-$i" "$prefix" "$hex"
      # The first byte says raw: a message for everybody.
      if [ "$prefix" = 00 ]; then seed fuzz_mls_process "$field-$i" 04 "$hex"; fi
    done
  }
}
for field in mls_welcome mls_group_info mls_key_package public_message_application public_message_proposal \
  public_message_commit private_message; do
  decode_seeds messages.json $field 4 00
done
decode_seeds messages.json group_secrets 4 06
decode_seeds messages.json ratchet_tree 4 07
decode_seeds tree-validation.json tree 12 07
decode_seeds messages.json commit 6 04
decode_seeds messages.json add_proposal 3 090001
decode_seeds messages.json update_proposal 3 090002
decode_seeds messages.json remove_proposal 1 090003
decode_seeds messages.json pre_shared_key_proposal 4 090004
decode_seeds messages.json re_init_proposal 4 090005
decode_seeds messages.json external_init_proposal 1 090006
decode_seeds messages.json group_context_extensions_proposal 2 090007

# What the lying member does, plus 0x80 for ChaCha20-Poly1305: 0 a commit (frame, proposals, references, path, lies in it,
# tag).
seed fuzz_mls_process commit 00 00 00 00 00 00 00
seed fuzz_mls_process commit-private 00 01 00 00 00 00 00
seed fuzz_mls_process commit-waiting 00 00 00 03 00 00 00
seed fuzz_mls_process commit-add 00 00 01 00 00 ff 00 80 00 00
seed fuzz_mls_process commit-add-without-path 00 00 01 00 00 ff 00 00 00
seed fuzz_mls_process commit-add-parents-key 00 00 01 00 01 0c 00 00 00 00 00 00 00
seed fuzz_mls_process commit-remove 00 00 01 02 05 00 00 00 00
seed fuzz_mls_process commit-extensions 00 00 01 06 01 f0 0401020304 00 00 00 00
seed fuzz_mls_process commit-reinit 00 00 01 04 01 0001 00 00 00 00
seed fuzz_mls_process commit-lies 00 00 00 00 00 0a 0007 ff
# 1 a proposal: an Add with an own key, an Update with another's, Remove, PSK, extensions.
seed fuzz_mls_process proposal-add 01 00 00 00 ff
seed fuzz_mls_process proposal-update 01 01 01 01 08
seed fuzz_mls_process proposal-remove 01 00 02 03
seed fuzz_mls_process proposal-psk 01 00 03 37 03 00 00 00
seed fuzz_mls_process proposal-external 01 c1 00 02 02
# 2 a group's description, its tree changed; an external joiner takes it up.
seed fuzz_mls_process group-info 02 00 00 00
seed fuzz_mls_process group-info-replaces 02 00 00 80 02
seed fuzz_mls_process group-info-tree 02 01 02 01 04 0c 05 0a 0b 00 00
# 3 a Welcome: joiner secret, path secret, PSKs, description.
seed fuzz_mls_process welcome 03 00 00 00 00 00
seed fuzz_mls_process welcome-path 03 00 80 00 00 00 00
seed fuzz_mls_process welcome-tree 03 00 00 00 01 01 03 04 07 00
# 5 a private message: of which epoch, frame, kind, text, those before it, padding, damage and where.
seed fuzz_mls_process private 05 00 00 00 05 68656c6c6f 00 00 00 0000
seed fuzz_mls_process private-late 05 80 00 00 05 68656c6c6f 02 10 00 0000
seed fuzz_mls_process private-late-proposal 05 80 00 06 00 02 03 00 00 00 0000
seed fuzz_mls_process private-far-ahead 05 00 00 00 01 61 ff 00 00 0000
seed fuzz_mls_process private-damaged 05 00 00 00 05 68656c6c6f 00 00 01 0040
# 6 a saved state: whose, changes (where, what).
seed fuzz_mls_process saved 06 01 00
seed fuzz_mls_process saved-changed 06 02 02 0003 01 0200 ff
for file in "$out"/fuzz_mls_process/*; do
  lie=$(basename "$file")
  # The same with the other suite.
  case $lie in commit* | proposal* | group-info* | welcome* | private[!_]* | private | saved*) ;; *) continue ;; esac
  first=$(od -An -tx1 -N1 "$file" | tr -d ' ')
  seed fuzz_mls_process "$lie-chacha" "$(printf '%02x' $((0x80 + 0x$first)))"
  tail -c +2 "$file" >>"$out/fuzz_mls_process/$lie-chacha"
done
# Requests to the module: 12 and on, a kind each.
for kind in 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20; do
  seed fuzz_mls_decode request-$kind $kind 00000001 00 01 0003 0161 00 00
done
