import type { DisplayInfo, Thumbnail } from '../api/index.ts';
import type { ByteStream } from './operation.ts';

/** Graphical consoles: one method per call of `displayContract`. All failures are `DomusError`. */
export interface DisplayTools {
  info(domain: string): Promise<DisplayInfo>;
  /** An RFB session; it lives on over reboots (the picture of an off domain is empty) until the reader or the definition goes. */
  open(domain: string, options: { readOnly: boolean }): Promise<ByteStream>;
  /** Its sound, as `soundFormat` says. ERROR_NI on a host that does not pass it on. */
  listen(domain: string): Promise<ByteStream>;
  text(domain: string): Promise<string[] | null>;
  thumbnails(request: {
    width: number;
    domains: readonly string[];
    known: Readonly<Record<string, number>>;
  }): Promise<Thumbnail[]>;
  screenshot(domain: string): Promise<{ png: string }>;
}
