#!/bin/bash
# Builds the disk of a real Xen host: Debian 12 with Xen 4.17 as dom0, to be run by qemu-system-x86_64.
# Into OUT: xen (hypervisor), vmlinuz and initrd.img (dom0's kernel), dom0.qcow2 (its disk).
# Nothing is installed and no program of the new system is run, so root is not needed: apt resolves and fetches packages
# into WORK, dpkg unpacks them, mke2fs makes the disk. The image holds no keys; see docs/dev/lab.md.
#
# Usage: build.sh OUT          on Debian or Ubuntu
#   WORK=DIR     where to build; kept (default: a new temporary directory, removed at the end)
#   MIRROR=URI   Debian mirror (default: this system's own, on other systems deb.debian.org)
# Speaks on stdout: lines `@ FRACTION SENTENCE`; details on stderr.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:?"Usage: build.sh OUT"}
suite=bookworm
xen=4.17
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
umask 022

main() {
  # Files of the new system belong to root; whoever is not root needs a make-believe one.
  if [ "$(id -u)" != 0 ]; then exec fakeroot -- "$0" "$out"; fi
  if [ -z "${WORK:-}" ]; then
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
  fi
  mkdir -p "$WORK" "$out"
  root=$WORK/root
  kernel=$WORK/kernel
  fetch
  unpack
  version=$(ls "$kernel/lib/modules")
  dom0_boot
  guest_material
  dom0_files
  pack
  say 1 "Done: Xen $xen, Linux $version"
}

say() { echo "@ $*"; }

names() { grep -v '^#' "$here/$1"; }

# The mirrors of Debian 12 in apt's one-line form.
sources() {
  local site
  site=${MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' |
    grep /debian | grep -v security | head -1)} || true
  site=${site:-http://deb.debian.org/debian}
  echo "deb [signed-by=$keyring] $site $suite main"
  echo "deb [signed-by=$keyring] $site $suite-updates main"
  echo "deb [signed-by=$keyring] ${site%/debian*}/debian-security $suite-security main"
}

# A package system of our own: nothing is installed yet, and this computer's is left alone.
apt() {
  apt-get -q -y -o "Dir::State=$WORK/apt" -o "Dir::State::status=$WORK/apt/status" -o "Dir::Cache=$WORK/apt/cache" \
    -o "Dir::Etc::sourcelist=$WORK/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Install-Recommends=false -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Debug::NoLocking=true -o APT::Update::Post-Invoke=/bin/true "$@" >&2
}

fetch() {
  say 0.02 "Fetching the list of packages"
  rm -rf "$WORK/apt/cache/archives" "$WORK/deb"
  mkdir -p "$WORK/apt/lists/partial" "$WORK/apt/cache/archives/partial" "$WORK/deb"
  : >"$WORK/apt/status"
  sources >"$WORK/apt/sources.list"
  apt update
  say 0.15 "Fetching the packages"
  # shellcheck disable=SC2046
  apt install --download-only $(names packages)
  say 0.5 "Fetching hypervisor and kernel"
  local linux
  linux=$(apt-cache -o "Dir::State=$WORK/apt" -o "Dir::State::status=$WORK/apt/status" -o "Dir::Cache=$WORK/apt/cache" \
    -o APT::Architecture=amd64 -o "Dir::Etc::sourcelist=$WORK/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-6[^ ]*\)$/\1/p' | head -1)
  (cd "$WORK/deb" && apt download "$linux" "xen-hypervisor-$xen-amd64")
}

unpack() {
  say 0.6 "Unpacking"
  rm -rf "$root" "$kernel"
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$kernel"
  local name deb
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
  for deb in "$WORK"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --no-same-owner -p \
      --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' \
      --exclude='./usr/share/locale/*' --exclude='./usr/lib/udev/hwdb.d/*'
  done
  for deb in "$WORK"/deb/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$kernel" --no-same-owner; done
}

# Files of the named modules and of what they need, in the order in which they load.
module_files() {
  local name
  for name in "$@"; do
    modprobe -d "$kernel" -S "$version" --show-depends "$name" 2>/dev/null | awk '$1 == "insmod" { print $2 }' || true
  done | awk '!seen[$0]++'
}

archive() { (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -6n) >"$2"; }

# An initramfs with busybox, modules and an init: initramfs DIR OUT MODULE...
initramfs() {
  local dir=$1 to=$2 file n=100
  shift 2
  mkdir -p "$dir"/{bin,dev,mod,mnt,new,proc,sys,tmp}
  cp "$root/bin/busybox" "$dir/bin/busybox"
  for file in $(module_files "$@"); do
    cp "$file" "$dir/mod/$n-$(basename "$file")"
    n=$((n + 1))
  done
  chmod 755 "$dir/init"
  archive "$dir" "$to"
}

dom0_boot() {
  say 0.75 "Choosing kernel modules"
  depmod -b "$kernel" "$version"
  local modules=lib/modules/$version file
  mkdir -p "$root/$modules" "$root/boot"
  # shellcheck disable=SC2046
  for file in $(module_files $(names modules)); do
    mkdir -p "$root/$(dirname "${file#"$kernel/"}")"
    cp "$file" "$root/${file#"$kernel/"}"
  done
  cp "$kernel/$modules"/modules.{order,builtin,builtin.modinfo} "$root/$modules/"
  depmod -b "$root" "$version"
  cp "$kernel/boot/vmlinuz-$version" "$kernel/boot/config-$version" "$root/boot/"
  cp "$kernel/boot/xen-$xen"*.gz "$root/boot/"
  cp "$kernel/boot/vmlinuz-$version" "$out/vmlinuz"
  zcat "$kernel/boot/xen-$xen"*.gz >"$out/xen"
  rm -rf "$WORK/initrd"
  cp -r "$here/boot" "$WORK/initrd"
  initramfs "$WORK/initrd" "$out/initrd.img" virtio_pci virtio_blk virtio_net crc32c_generic ext4
}

# A kernel, an initramfs and two small disks, so that guests can be made at once.
guest_material() {
  say 0.8 "Making guests' files"
  local images=$root/var/lib/xenlab disk
  mkdir -p "$images"
  rm -rf "$WORK/guest"
  cp -r "$here/guest" "$WORK/guest"
  initramfs "$WORK/guest" "$images/guest.img" xen-blkfront xen-netfront crc32c_generic ext4
  ln -s "/boot/vmlinuz-$version" "$images/vmlinuz"
  for disk in disk1 disk2; do
    truncate -s 32M "$images/$disk.img"
    mke2fs -q -t ext4 -F -L $disk "$images/$disk.img"
  done
}

# What the packages' own scripts would have set up, as far as this system needs it.
dom0_files() {
  cp -r "$here/dom0/." "$root/"
  chmod 755 "$root"/etc/domus-lab/*
  mkdir -p "$root"/{dev,proc,sys,run,tmp,root,home,mnt} "$root"/var/{lib/xen/dump,lib/xenstored,log/xen/console,tmp}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin' \
    'statd:x:101:65534::/var/lib/nfs:/usr/sbin/nologin' '_rpc:x:102:65534::/run/rpcbind:/usr/sbin/nologin' \
    'admin:x:1000:1000:admin:/home/admin:/bin/bash' \
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'tty:x:5:' 'disk:x:6:' 'sudo:x:27:admin' 'admin:x:1000:' 'nogroup:x:65534:' >"$root/etc/group"
  printf '%s\n' 'root:*:19000:0:99999:7:::' 'sshd:!:19000::::::' >"$root/etc/shadow"
  # Who is not root and has sudo, with the password `admin`; sshd lets nobody in by a password.
  echo 'admin:$6$domuslab$XW8pqQLHxCjtnvVUEqDn56ReKBQHocb.mDxuCgXFTadKr8VZEy4PkptC6oCiVQHa9UupTNQf6ICkG72zx3RvW1:19000:0:99999:7:::' >>"$root/etc/shadow"
  chmod 600 "$root/etc/shadow"
  mkdir -p "$root/home/admin/.ssh"
  chmod 700 "$root/home/admin" "$root/home/admin/.ssh"
  chown -R 1000:1000 "$root/home/admin"
  ln -sf /usr/share/base-files/profile "$root/etc/profile"
  ln -sf mawk "$root/usr/bin/awk"
  ln -sfn /run "$root/var/run"
  ln -sfn /run/lock "$root/var/lock"
  ln -sf /proc/mounts "$root/etc/mtab"
  local name
  for name in sbin/init sbin/reboot sbin/poweroff sbin/halt usr/bin/vi usr/bin/ping6 usr/bin/wget usr/bin/telnet; do
    ln -sf /bin/busybox "$root/$name"
  done
}

pack() {
  say 0.85 "Making the disk"
  rm -f "$WORK/dom0.raw" "$out/dom0.qcow2"
  mke2fs -q -t ext4 -F -L domus-lab -E lazy_itable_init=0 -d "$root" "$WORK/dom0.raw" "${SIZE:-4G}" >&2
  say 0.95 "Writing the image"
  qemu-img convert -O qcow2 "$WORK/dom0.raw" "$out/dom0.qcow2"
  rm -f "$WORK/dom0.raw"
}

main
