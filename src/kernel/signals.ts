/** Messages between processes: an approval wakes the page that waits for it, a changed client leaves the caches. */
export interface SignalMap {
  /** An approval begun from an interaction's page changed; `interaction` is the page's uid. */
  approval: { readonly interaction: string; readonly approval: string; readonly state: 'seen' | 'approved' | 'denied' };
  /** A relying party's registration changed. */
  client: { readonly clientId: string };
}

export type SignalName = keyof SignalMap;

export interface Signals {
  /** This process's own address, part of every QR handle: letters and digits only. */
  readonly process: string;
  /** Sends to one process, or to all with `*`. Delivery is at most once and within a second. */
  send<Name extends SignalName>(to: string, name: Name, message: SignalMap[Name]): Promise<void>;
  /** Gives the function that stops listening. */
  listen<Name extends SignalName>(name: Name, receive: (message: SignalMap[Name]) => void): () => void;
}
