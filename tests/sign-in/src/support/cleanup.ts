type Ending = () => void | Promise<void>;

const endings: Ending[] = [];

/** Runs when the tests of the file are over, the latest first. */
export function atTheEnd(ending: Ending): void {
  endings.push(ending);
}

export async function stopAll(): Promise<void> {
  for (const ending of endings.splice(0).reverse()) await ending();
}
