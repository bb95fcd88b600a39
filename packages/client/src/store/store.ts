/**
 * Text by name, kept across page loads. Every tab of the origin shares it. Implementations never reject because
 * the browser blocks storage: they fall back to memory and say so in `persistent`.
 */
export interface Store {
  /** False when what is written here is gone with the page. */
  readonly persistent: boolean;
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Writes in one step, if the entry still holds `before`; says whether it did. So nothing comes back that was erased meanwhile. */
  replace(name: string, before: string, value: string): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** Calls `listener` with the name when another tab wrote or removed an entry. Returns the way to stop it. */
  watch(listener: (name: string) => void): () => void;
}
