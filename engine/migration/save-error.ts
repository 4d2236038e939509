/** Why a save file is not taken. `header` errors are xl's own sentences. */
export type SaveErrorKind = 'header' | 'truncated' | 'damaged' | 'foreign';

export class SaveError extends Error {
  readonly kind: SaveErrorKind;
  constructor(kind: SaveErrorKind, message: string) {
    super(message);
    this.name = 'SaveError';
    this.kind = kind;
  }
}

export const damaged = (what: string): SaveError => new SaveError('damaged', `The file is damaged: ${what}.`);
