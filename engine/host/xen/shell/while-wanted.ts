/**
 * Beginning of a script whose programs in the background go with it, whatever ends it: `variables` hold their numbers. Closing
 * a channel sends a signal too, and sudo passes that on to the shell alone, not to what it has started.
 */
export const takingAlong = (variables: string): string =>
  `trap 'kill ${variables} 2>/dev/null' EXIT; trap 'exit 0' TERM HUP; `;

/** A command that goes on until its stdin ends, so that nothing stays on the host when the connection goes. */
export const whileWanted = (command: string): string =>
  `${takingAlong('$p')}${command} & p=$!; cat >/dev/null; exit 0`;
