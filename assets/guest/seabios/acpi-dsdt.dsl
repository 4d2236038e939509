/*
 * ACPI DSDT of the machine Domus emulates (v86): the Bochs/QEMU one by Fabrice Bellard and the SeaBIOS authors
 * without what v86 has not got: PCI and CPU hot-plug registers, HPET, parallel port, pvpanic, debug port.
 * A guest interprets all of this at each boot, so every object costs time.
 *
 * Copyright (c) 2006 Fabrice Bellard
 *
 * This library is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License version 2 as published by the Free Software Foundation.
 *
 * This library is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 */

ACPI_EXTRACT_ALL_CODE AmlCode

DefinitionBlock (
    "acpi-dsdt.aml",    // Output Filename
    "DSDT",             // Signature
    0x01,               // DSDT Compliance Revision
    "BXPC",             // OEMID
    "BXDSDT",           // TABLE ID
    0x1                 // OEM Revision
    )
{
    Scope(\_PR) {
        Processor(CP00, 0x00, 0x00000000, 0x00) { }
    }

    // Soft off; v86 neither sleeps nor hibernates.
    Name(\_S5, Package(0x04) { Zero, Zero, Zero, Zero })

    Scope(\_SB) {
        Device(PCI0) {
            Name(_HID, EisaId("PNP0A03"))
            Name(_ADR, 0x00)
            Name(_UID, 1)
            // v86 has less than 2 GiB of memory, so the window is always the same.
            Name(_CRS, ResourceTemplate() {
                WordBusNumber(ResourceProducer, MinFixed, MaxFixed, PosDecode,
                    0x0000, 0x0000, 0x00FF, 0x0000, 0x0100)
                IO(Decode16, 0x0CF8, 0x0CF8, 0x01, 0x08)
                WordIO(ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                    0x0000, 0x0000, 0x0CF7, 0x0000, 0x0CF8)
                WordIO(ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                    0x0000, 0x0D00, 0xFFFF, 0x0000, 0xF300)
                DWordMemory(ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                    0x00000000, 0x000A0000, 0x000BFFFF, 0x00000000, 0x00020000)
                DWordMemory(ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
                    0x00000000, 0x80000000, 0xFEBFFFFF, 0x00000000, 0x7EC00000)
            })

            // Every device of v86 uses pin A only.
#define prt_slot(nr, lnk) Package() { nr##ffff, 0, lnk, 0 }
            Name(_PRT, Package() {
                prt_slot(0x0000, LNKD), prt_slot(0x0001, LNKS), prt_slot(0x0002, LNKB), prt_slot(0x0003, LNKC),
                prt_slot(0x0004, LNKD), prt_slot(0x0005, LNKA), prt_slot(0x0006, LNKB), prt_slot(0x0007, LNKC),
                prt_slot(0x0008, LNKD), prt_slot(0x0009, LNKA), prt_slot(0x000a, LNKB), prt_slot(0x000b, LNKC),
                prt_slot(0x000c, LNKD), prt_slot(0x000d, LNKA), prt_slot(0x000e, LNKB), prt_slot(0x000f, LNKC),
                prt_slot(0x0010, LNKD), prt_slot(0x0011, LNKA), prt_slot(0x0012, LNKB), prt_slot(0x0013, LNKC),
                prt_slot(0x0014, LNKD), prt_slot(0x0015, LNKA), prt_slot(0x0016, LNKB), prt_slot(0x0017, LNKC),
                prt_slot(0x0018, LNKD), prt_slot(0x0019, LNKA), prt_slot(0x001a, LNKB), prt_slot(0x001b, LNKC),
                prt_slot(0x001c, LNKD), prt_slot(0x001d, LNKA), prt_slot(0x001e, LNKB), prt_slot(0x001f, LNKC)
            })

            // PIIX3 ISA bridge
            Device(ISA) {
                Name(_ADR, 0x00010000)
                OperationRegion(P40C, PCI_Config, 0x60, 0x04)
                Field(P40C, ByteAcc, NoLock, Preserve) {
                    PRQ0, 8,
                    PRQ1, 8,
                    PRQ2, 8,
                    PRQ3, 8
                }

                Device(RTC) {
                    Name(_HID, EisaId("PNP0B00"))
                    Name(_CRS, ResourceTemplate() {
                        IO(Decode16, 0x0070, 0x0070, 0x10, 0x02)
                        IRQNoFlags() { 8 }
                        IO(Decode16, 0x0072, 0x0072, 0x02, 0x06)
                    })
                }
                Device(KBD) {
                    Name(_HID, EisaId("PNP0303"))
                    Name(_CRS, ResourceTemplate() {
                        IO(Decode16, 0x0060, 0x0060, 0x01, 0x01)
                        IO(Decode16, 0x0064, 0x0064, 0x01, 0x01)
                        IRQNoFlags() { 1 }
                    })
                }
                Device(MOU) {
                    Name(_HID, EisaId("PNP0F13"))
                    Name(_CRS, ResourceTemplate() {
                        IRQNoFlags() { 12 }
                    })
                }
                Device(FDC0) {
                    Name(_HID, EisaId("PNP0700"))
                    Name(_CRS, ResourceTemplate() {
                        IO(Decode16, 0x03F2, 0x03F2, 0x00, 0x04)
                        IO(Decode16, 0x03F7, 0x03F7, 0x00, 0x01)
                        IRQNoFlags() { 6 }
                        DMA(Compatibility, NotBusMaster, Transfer8) { 2 }
                    })
                }
                Device(COM1) {
                    Name(_HID, EisaId("PNP0501"))
                    Name(_UID, 0x01)
                    Name(_CRS, ResourceTemplate() {
                        IO(Decode16, 0x03F8, 0x03F8, 0x00, 0x08)
                        IRQNoFlags() { 4 }
                    })
                }
            }

        }

        Method(IQCR, 1, Serialized) {
            // _CRS method - get current settings
            Name(PRR0, ResourceTemplate() {
                Interrupt(, Level, ActiveHigh, Shared) { 0 }
            })
            CreateDWordField(PRR0, 0x05, PRRI)
            If (LLess(Arg0, 0x80)) {
                Store(Arg0, PRRI)
            }
            Return (PRR0)
        }

#define define_link(link, uid, reg)                             \
        Device(link) {                                          \
            Name(_HID, EISAID("PNP0C0F"))                       \
            Name(_UID, uid)                                     \
            Name(_PRS, ResourceTemplate() {                     \
                Interrupt(, Level, ActiveHigh, Shared) {        \
                    5, 10, 11                                   \
                }                                               \
            })                                                  \
            Method(_STA, 0, NotSerialized) {                    \
                If (And(0x80, reg)) {                           \
                    Return (0x09)                               \
                }                                               \
                Return (0x0B)                                   \
            }                                                   \
            Method(_DIS, 0, NotSerialized) {                    \
                Or(reg, 0x80, reg)                              \
            }                                                   \
            Method(_CRS, 0, NotSerialized) {                    \
                Return (IQCR(reg))                              \
            }                                                   \
            Method(_SRS, 1, NotSerialized) {                    \
                CreateDWordField(Arg0, 0x05, PRRI)              \
                Store(PRRI, reg)                                \
            }                                                   \
        }

        define_link(LNKA, 0, \_SB.PCI0.ISA.PRQ0)
        define_link(LNKB, 1, \_SB.PCI0.ISA.PRQ1)
        define_link(LNKC, 2, \_SB.PCI0.ISA.PRQ2)
        define_link(LNKD, 3, \_SB.PCI0.ISA.PRQ3)

        Device(LNKS) {
            Name(_HID, EISAID("PNP0C0F"))
            Name(_UID, 4)
            Name(_PRS, ResourceTemplate() {
                Interrupt(, Level, ActiveHigh, Shared) { 9 }
            })

            // The SCI cannot be disabled and is always attached to GSI 9,
            // so these are no-ops.  We only need this link to override the
            // polarity to active high and match the content of the MADT.
            Method(_STA, 0, NotSerialized) { Return (0x0b) }
            Method(_DIS, 0, NotSerialized) { }
            Method(_CRS, 0, NotSerialized) { Return (_PRS) }
            Method(_SRS, 1, NotSerialized) { }
        }
    }
}
