#!/bin/sh
# Makes the images beside it anew (Debian: e2fsprogs dosfstools mtools genisoimage fdisk). Tests use the committed copies.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p tree/boot/grub tree/deep/er/still tree/many
cat >tree/boot/grub/grub.cfg <<'CFG'
set default=1
set timeout=5
menuentry 'Old' { linux /boot/vmlinuz-1 root=/dev/xvda1 ro
  initrd /boot/initrd-1
}
menuentry 'New' --class gnu { linux /vmlinuz root=/dev/xvda1 ro quiet
  initrd /boot/initrd-2
}
CFG
seq 1 4000 | sed 's/.*/kernel one/' >tree/boot/vmlinuz-1
seq 1 9000 | sed 's/.*/kernel two/' >tree/boot/vmlinuz-2
echo "ramdisk one" >tree/boot/initrd-1
echo "ramdisk two" >tree/boot/initrd-2
ln -s boot/vmlinuz-2 tree/vmlinuz
ln -s /boot/../vmlinuz tree/deep/er/still/kernel
ln -s round tree/round
ln -s "$(printf 'very-long-%.0s' 1 2 3 4 5 6 7 8 9)/missing" tree/long
for n in $(seq 1 150); do echo "$n" >"tree/many/file-number-$n"; done
echo "Name mit Ümlaut" >"tree/Ümlaut"
truncate -s 300000 tree/sparse
printf end >>tree/sparse

ext() { # name, options…
  name=$1; shift
  truncate -s 4M "$name.img"
  mke2fs -q -F -d tree -N 256 -E no_copy_xattrs,root_owner=0:0 "$@" "$name.img"
}
ext ext2 -t ext2 -b 1024
ext ext4 -t ext4 -b 1024 -O ^has_journal,64bit,extents,dir_index
ext ext4-4k -t ext4 -b 4096 -O ^has_journal,^64bit

genisoimage -quiet -R -V DOMUS-RR -o rock.img tree 2>/dev/null
mkdir plain && cp -r tree/boot plain
genisoimage -quiet -l -relaxed-filenames -V DOMUS-PLAIN -o plain.img plain 2>/dev/null

truncate -s 2M fat12.img && mkfs.vfat -F 12 -n DOMUS12 fat12.img >/dev/null
truncate -s 9M fat16.img && mkfs.vfat -F 16 -s 4 -n DOMUS16 fat16.img >/dev/null
truncate -s 36M fat32.img && mkfs.vfat -F 32 -s 1 -n DOMUS32 fat32.img >/dev/null
for fat in fat12 fat16 fat32; do
  mcopy -s -i $fat.img tree/boot ::/boot
  mmd -i $fat.img ::/many
  mcopy -i $fat.img tree/many/* ::/many/
done

truncate -s 8M mbr.img
printf 'label: dos\n2048,2048,83\n4096,2048,83,*\n6144,,5\n8192,2048,83\n12288,2048,82\n' | sfdisk -q mbr.img
truncate -s 8M gpt.img
printf 'label: gpt\nstart=2048, size=2048, name=one\nstart=4096, size=8192\n' | sfdisk -q gpt.img

for image in *.img; do gzip -9n <"$image" >"$here/$image.gz"; done
