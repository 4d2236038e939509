/** Sound on a raw channel (see channel.ts): 16 bits little-endian, left and right in turn, at this rate. */
export const soundFormat = { rate: 44_100, channels: 2, bytesPerFrame: 4 } as const;
