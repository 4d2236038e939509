#!/bin/bash
# Builds everything in this folder that is not text, and ../firmware, from Debian's sources:
#   bzImage            the kernel            linux/defconfig, linux/*.patch
#   initramfs.cpio     the userland          rootfs/, busybox/config, tools/
#   ../firmware/*.bin  BIOS and video BIOS   seabios/
# The same sources give the same bytes. Needs Debian 12 (amd64), root for apt-get, 3 GB below WORK and ten minutes.
#
# Usage: build.sh [kernel|userland|firmware]...      nothing = all three
#   WORK=DIR     where to build; kept, and used again (default: a new temporary directory, removed at the end)
#   MIRROR=URI   Debian mirror to fetch sources from, e.g. a snapshot when a version below is no longer on the usual ones
#                (default: those of this system)
#   NO_INSTALL=1 do not install build dependencies
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export SOURCE_DATE_EPOCH=1735689600
export KBUILD_BUILD_TIMESTAMP="Wed Jan  1 00:00:00 UTC 2025" KBUILD_BUILD_USER=domus KBUILD_BUILD_HOST=domus KBUILD_BUILD_VERSION=1
export LC_ALL=C TZ=UTC
umask 022

dependencies=(bc bison cpio dpkg-dev flex gcc gcc-i686-linux-gnu kmod libc6-dev lz4 make patch python3 rsync squashfs-tools
  xz-utils acpica-tools)
cross=i686-linux-gnu-
flags=(-Os -march=i686 -fno-pie -fno-asynchronous-unwind-tables)
filters=(iptables iptables-save iptables-restore)
jobs=$(nproc)

main() {
  local parts=("$@")
  [ ${#parts[@]} -gt 0 ] || parts=(kernel userland firmware)
  [ -n "${NO_INSTALL:-}" ] || install_dependencies
  if [ -z "${WORK:-}" ]; then
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
  fi
  mkdir -p "$WORK"
  WORK=$(cd "$WORK" && pwd)
  for part in "${parts[@]}"; do
    case $part in kernel | userland | firmware) "$part" ;; *) echo "unknown part: $part" >&2; exit 1 ;; esac
  done
  ls -l "$here"/bzImage "$here"/initramfs.cpio "$here"/../firmware/*.bin
}

install_dependencies() {
  apt-get -q update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${dependencies[@]}" >/dev/null
}

say() { echo "== $*"; }

version() { awk -v name="$1" '$1 == name { print $2 }' "$here/sources"; }

# A package index of our own, with sources: the system's stays as it is.
apt_options() {
  local lists=$WORK/apt/lists from=$WORK/apt/all.list
  if [ ! -e "$lists" ]; then
    mkdir -p "$lists/partial"
    package_sources | sort -u >"$from"
  fi
  apt=(-q -o "Dir::Etc::sourcelist=$from" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists"
    -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false)
  [ -e "$WORK/apt/ready" ] || { apt-get "${apt[@]}" update >/dev/null && touch "$WORK/apt/ready"; }
}

# The mirrors in apt's one-line form, for programs and for sources.
package_sources() {
  local mirrors mirror suite kind
  if [ -n "${MIRROR:-}" ]; then
    mirrors="$MIRROR bookworm"
  else
    mirrors=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' 'Component: main' | grep ' bookworm')
  fi
  while read -r mirror suite; do
    for kind in deb deb-src; do
      echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
    done
  done <<<"$mirrors"
}

# fetch PACKAGE: its unpacked source is in $WORK/src/PACKAGE afterwards, patched with our patches from FOLDER if given.
fetch() {
  local package=$1 folder=${2:-} dir=$WORK/src/$1
  [ ! -e "$dir.ready" ] || return 0
  say "source of $package $(version "$package")"
  rm -rf "$dir"
  mkdir -p "$dir" "$WORK/download"
  apt_options
  cd "$WORK/download"
  case $package in
    linux-source-*)
      apt-get "${apt[@]}" download "$package=$(version "$package")" >/dev/null
      dpkg-deb --fsys-tarfile "${package}"_*.deb | tar -xO "./usr/src/$package.tar.xz" | tar -xJ -C "$dir" --strip-components=1
      ;;
    *)
      apt-get "${apt[@]}" source --download-only "$package=$(version "$package")" >/dev/null
      rm -rf "$dir"
      dpkg-source --no-check -x "${package}"_*.dsc "$dir" >/dev/null
      ;;
  esac
  if [ -n "$folder" ]; then
    for file in "$here/$folder"/*.patch; do [ ! -e "$file" ] || patch -s -d "$dir" -p1 <"$file"; done
  fi
  touch "$dir.ready"
}

kernel_make() {
  make -s -C "$WORK/src/linux-source-6.1" ARCH=i386 CROSS_COMPILE=$cross O="$WORK/kernel" "$@"
}

kernel() {
  [ ! -e "$WORK/kernel.ready" ] || return 0
  fetch linux-source-6.1 linux
  say kernel
  mkdir -p "$WORK/kernel"
  cp "$here/linux/defconfig" "$WORK/src/linux-source-6.1/arch/x86/configs/domus_defconfig"
  kernel_make domus_defconfig
  kernel_make -j"$jobs" bzImage modules
  rm -rf "$WORK/modules"
  kernel_make INSTALL_MOD_PATH="$WORK/modules" INSTALL_MOD_STRIP=1 modules_install
  cp "$WORK/kernel/arch/x86/boot/bzImage" "$here/bzImage"
  chmod 644 "$here/bzImage"
  touch "$WORK/kernel.ready"
}

# A C library and the kernel's headers for static 32-bit programs.
musl() {
  cc=$WORK/musl/bin/musl-gcc
  [ ! -e "$WORK/musl.ready" ] || return 0
  fetch musl
  fetch linux-source-6.1 linux
  say "C library"
  rm -rf "$WORK/musl" "$WORK/musl-build"
  mkdir -p "$WORK/musl-build"
  cd "$WORK/musl-build"
  CC=${cross}gcc AR=${cross}ar RANLIB=${cross}ranlib CFLAGS="${flags[*]} -w" ../src/musl/configure \
    --target=i386-linux-musl --prefix="$WORK/musl" --syslibdir="$WORK/musl/lib" --disable-shared --enable-wrapper=gcc >/dev/null
  make -s -j"$jobs" install >/dev/null
  make -s -C "$WORK/src/linux-source-6.1" ARCH=i386 O="$WORK/headers" INSTALL_HDR_PATH="$WORK/musl" headers_install >/dev/null
  touch "$WORK/musl.ready"
}

userland() {
  kernel
  musl
  fetch busybox
  say userland
  rm -rf "$WORK/busybox"
  mkdir -p "$WORK/busybox"
  cp "$here/busybox/config" "$WORK/busybox/.config"
  make -s -C "$WORK/src/busybox" O="$WORK/busybox" CC="$cc" AR=${cross}ar STRIP=${cross}strip HOSTCC=gcc -j"$jobs" \
    busybox >/dev/null 2>"$WORK/busybox.log" || { cat "$WORK/busybox.log" >&2; exit 1; }
  iptables
  make -s -B -C "$here/tools" CC="$cc" CFLAGS="${flags[*]}" OUT="$WORK/domus-guest"
  pack
}

iptables() {
  [ ! -e "$WORK/iptables.ready" ] || return 0
  fetch iptables
  rm -rf "$WORK/iptables"
  cp -a "$WORK/src/iptables" "$WORK/iptables"
  cd "$WORK/iptables"
  {
    # musl has the Ethernet header that the kernel's file would define once more.
    ./configure --host=i686-linux-musl CC="$cc" AR=${cross}ar RANLIB=${cross}ranlib LDFLAGS=-no-pie \
      CFLAGS="${flags[*]} -D__UAPI_DEF_ETHHDR=0" --disable-nftables --disable-ipv6 --disable-devel --disable-largefile \
      --disable-shared --enable-static --prefix=/usr
    make -s -j"$jobs"
  } >"$WORK/iptables.log" 2>&1 || { tail -20 "$WORK/iptables.log" >&2; exit 1; }
  ${cross}strip iptables/xtables-legacy-multi
  touch "$WORK/iptables.ready"
}

# link TARGET NAME...: symbolic links in the current directory
link() { local target=$1; shift; for name; do ln -sf "$target" "$name"; done; }

# What is mounted only when wanted (rootfs/sbin/extra).
extra() {
  local dir=$WORK/extra
  rm -rf "$dir"
  mkdir -p "$dir/sbin"
  cp -R "$WORK/modules/lib/modules" "$dir/modules"
  rm -f "$dir"/modules/*/{build,source,*.bin}
  cp "$WORK/iptables/iptables/xtables-legacy-multi" "$dir/sbin"
  (cd "$dir/sbin" && link xtables-legacy-multi "${filters[@]}")
  chmod -R u=rwX,go=rX "$dir"
  mksquashfs "$dir" lib/extra.squashfs -noappend -all-root -no-xattrs -comp gzip -b 64K -quiet -no-progress
}

pack() {
  local root=$WORK/root
  rm -rf "$root"
  mkdir -p "$root"
  cp -R --preserve=mode "$here/rootfs/." "$root"
  cd "$root"
  mkdir -p bin sbin usr/bin usr/sbin dev proc sys run tmp mnt root lib/extra var/log
  cp "$WORK/busybox/busybox" bin/busybox
  cp "$WORK/domus-guest" sbin/domus-guest
  # The rest of BusyBox's commands is linked after the prompt (rootfs/etc/init.d/services).
  # shellcheck disable=SC2046
  (cd bin && set -f && link busybox $(<"$here/early-commands"))
  (cd sbin && link domus-guest domus-agent poweroff reboot halt && link extra modprobe "${filters[@]}")
  (cd usr/bin && for name in read write ls list exists rm watch; do link ../../sbin/domus-guest "xenstore-$name"; done
    link ../../sbin/domus-guest sound tone)
  link bin/busybox init
  link ../run var/run
  link /proc/mounts etc/mtab
  link extra/modules lib/modules
  extra
  chmod -R u=rwX,go=rX .
  chmod 1777 tmp
  find . -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
  find . -print0 | sort -z | cpio --null -o -H newc -R 0:0 --reproducible --quiet >"$WORK/initramfs.cpio"
  # Not compressed: more than half of it is compressed already, and a guest would spend its time on the rest.
  install -m 644 "$WORK/initramfs.cpio" "$here/initramfs.cpio"
}

firmware() {
  fetch seabios seabios
  say firmware
  local src=$WORK/src/seabios out=$WORK/seabios/
  mkdir -p "$out" "${out}vga" "$here/../firmware"
  cp "$here/seabios/acpi-dsdt.dsl" "$src/src/fw/"
  rm -f "$src"/src/fw/*.hex
  local make=(make -s -C "$src" PYTHON="python3 -B" CROSS_PREFIX=$cross EXTRAVERSION="-domus")
  cp "$here/seabios/config" "$out.config"
  "${make[@]}" OUT="$out" KCONFIG_CONFIG="$out.config" oldnoconfig >/dev/null
  "${make[@]}" OUT="$out" KCONFIG_CONFIG="$out.config" iasl >/dev/null 2>&1
  "${make[@]}" OUT="$out" KCONFIG_CONFIG="$out.config" "${out}bios.bin" >/dev/null 2>&1
  printf 'CONFIG_%s\n' QEMU=y BUILD_VGABIOS=y VGA_BOCHS=y VGA_PCI=y >"${out}vga/.config"
  "${make[@]}" OUT="${out}vga/" KCONFIG_CONFIG="${out}vga/.config" oldnoconfig >/dev/null
  "${make[@]}" OUT="${out}vga/" KCONFIG_CONFIG="${out}vga/.config" "${out}vga/vgabios.bin" >/dev/null 2>&1
  install -m 644 "${out}bios.bin" "$here/../firmware/seabios.bin"
  install -m 644 "${out}vga/vgabios.bin" "$here/../firmware/vgabios.bin"
}

main "$@"
