type Nodes = Readonly<Record<string, string>>;

/** One device in the tree: what the toolstack writes at its two ends, and what the backend adds when it is ready. */
export interface DeviceEntry {
  /** Of the backend: `vbd`, `qdisk`, `vif`, `console`. */
  readonly kind: string;
  readonly libxlKind: string;
  readonly devid: number;
  /** Below the domain's home. */
  readonly frontendPath: string;
  readonly frontend: Nodes;
  readonly backend: Nodes;
  readonly ready: Nodes;
  /** Is the frontend's directory the guest's? Console 0 is only shown to it. */
  readonly guestOwned: boolean;
  /** Its backend waits for a driver of Xen's own in the guest: emulated hardware does its work meanwhile. */
  readonly waits?: true;
}

/** What a device's nodes depend on beside itself. */
export interface StoredGuest {
  readonly domid: number;
  readonly type: 'pv' | 'pvh' | 'hvm';
}
