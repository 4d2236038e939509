/** Linux's names of CPUID bits, from bit 0 up; `-` for reserved or unnamed ones. Words as Xen's `hw_caps` orders them. */
const words: readonly string[] = [
  // 1.edx
  'fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe',
  // 1.ecx
  'pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave osxsave avx f16c rdrand hypervisor',
  // 0x80000001.edx
  'fpu vme de pse tsc msr pae mce cx8 apic - syscall mtrr pge mca cmov pat pse36 - mp nx - mmxext mmx fxsr fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow',
  // 0x80000001.ecx
  'lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext ptsc perfctr_llc mwaitx',
  // 0xd.1.eax
  'xsaveopt xsavec xgetbv1 xsaves',
  // 7.ebx
  'fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw avx512vl',
  // 7.ecx
  '- avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid - - cldemote - movdiri movdir64b enqcmd sgx_lc',
  // 0x80000007.edx
  '- - - - - - - - constant_tsc',
];

/** The eight words of `hw_caps` that these flags make: of a CPU nothing is known of, zeros. */
export function featureWords(flags: readonly string[]): number[] {
  const has = new Set(flags);
  return words.map((names) =>
    names.split(' ').reduce((word, name, bit) => (has.has(name) ? word | (1 << bit) : word) >>> 0, 0),
  );
}
