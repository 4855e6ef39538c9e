#!/bin/sh
# run.sh [-t SECONDS] [-m MEGABYTES] COMMAND: runs a shell command as root in a throw-away virtual machine with a real
# Debian kernel. The guest sees this machine's files below a memory overlay, so that nothing it writes remains; what it
# writes to $VM_OUT comes back into the folder named by $VM_KEEP. Output streams; the exit code is the command's, 124
# when the deadline ended it, 125 when the machine itself failed.
#
# One processor and `-icount`: the guest's clock counts the instructions that it executed, one a nanosecond, and real time while it
# waits. So a deadline within does not depend on how fast this machine emulates. With `sleep=off` waiting would cost nothing, but
# each wait for a file from outside would then make the clock leap to the next timer, past every deadline.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=${RIG_VM_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/rig-vm}
seconds=120
megabytes=2048
while getopts t:m: option; do
  case $option in
  t) seconds=$OPTARG ;;
  m) megabytes=$OPTARG ;;
  *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { echo 'usage: run.sh [-t SECONDS] [-m MEGABYTES] COMMAND' >&2; exit 2; }
[ -e "$home/ready" ] || { echo 'run.sh: no kernel yet; run: sh tests/kernel/vm/setup.sh' >&2; exit 125; }
PATH=$PATH:/usr/sbin:/sbin
version=$(ls "$home/x/lib/modules" | head -1)

first_files() { # made once for every version of init.sh
  image=$home/initrd-$version-$(cksum <"$here/init.sh" | tr ' ' -).img
  [ -s "$image" ] && return
  files=$(mktemp -d)
  for folder in bin m proc sys dev n l u; do mkdir "$files/$folder"; done
  cp "$(command -v busybox)" "$files/bin/busybox"
  install -m 755 "$here/init.sh" "$files/init"
  number=10
  for module in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
    modprobe -d "$home/x" -S "$version" --show-depends "$module"
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
    cp "$file" "$files/m/$number-${file##*/}"
    number=$((number + 1))
  done
  (cd "$files" && find . | cpio -o -H newc --quiet) >"$image.$$"
  mv "$image.$$" "$image"
  rm -rf "$files"
}
first_files

out=$(mktemp -d "${TMPDIR:-/tmp}/rig-vm.XXXXXX")
machine=
# shellcheck disable=SC2329
end() {
  [ -z "$machine" ] || kill "$machine" 2>/dev/null || true
  rm -rf "$out"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
printf '%s\n' "$*" >"$out/command.sh"
{
  # A test runner's own variables would make the guest's believe that it is part of it.
  (unset NODE_TEST_CONTEXT NODE_UNIQUE_ID OLDPWD && RIG_VM_FOLDER=$PWD && export RIG_VM_FOLDER && export -p)
  echo 'cd "$RIG_VM_FOLDER"; export VM_OUT=/run/vm PATH="$PATH:/usr/sbin:/sbin"'
} >"$out/environment.sh"
cp "$here/start.sh" "$out/start.sh"

mkfifo "$out/pipe"
cat "$out/pipe" &
reader=$!
# `timeout` dies with this script, and takes the machine with it, however this script ends.
setpriv --pdeathsig TERM timeout -k 5 "$seconds" qemu-system-x86_64 \
  -accel tcg,thread=single,tb-size=1024 -icount shift=0,sleep=on -cpu max -machine q35 -smp 1 -m "$megabytes" \
  -nodefaults -no-user-config -no-reboot -display none -kernel "$home/x/boot/vmlinux-$version" -initrd "$image" \
  -append 'console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nokaslr' -serial "file:$out/console.log" \
  -device virtio-serial-pci -chardev "file,id=out,path=$out/pipe" -device virtserialport,chardev=out,name=out \
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=host,mount_tag=host \
  -fsdev "local,id=out,path=$out,security_model=none" -device virtio-9p-pci,fsdev=out,mount_tag=out \
  -fsdev "local,id=modules,path=$home/x/lib/modules,security_model=none,readonly=on" \
  -device virtio-9p-pci,fsdev=modules,mount_tag=modules </dev/null &
machine=$!
status=0
wait "$machine" || status=$?
machine=
# Opened once more, so that the reader ends even if the machine never opened it.
(exec 3<>"$out/pipe") && wait "$reader"

if [ -n "${VM_KEEP:-}" ]; then
  rm "$out/pipe"
  mkdir -p "$VM_KEEP"
  cp -a "$out/." "$VM_KEEP/"
fi
[ -s "$out/status" ] && exit "$(cat "$out/status")"
echo "run.sh: the command did not end within $seconds s, or the machine failed (qemu: $status); its console says:" >&2
tail -n 15 "$out/console.log" >&2 || true
[ "$status" = 124 ] && exit 124
exit 125
