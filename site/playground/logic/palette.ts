// Colours of components. The first eight are Okabe & Ito's, which people with any kind of colour vision tell apart;
// their yellow, which is hard to see on white, is darker here. The number at each mean says the same without colours.

/** A colour as 0xRRGGBB. */
export type Colour = number;

/** What the drawing is painted with. */
export interface Theme {
  readonly background: Colour;
  readonly grid: Colour;
  /** A point that belongs to nobody yet. */
  readonly neutral: Colour;
  readonly components: readonly Colour[];
}

const LIGHT: readonly Colour[] = [
  0x0072b2, 0xd55e00, 0x009e73, 0xb8479b, 0xe69f00, 0x3fa7e0, 0x8c7a00, 0x6a4fb3, 0x9c3b2e, 0x4b5b66, 0x5a8f29,
  0xd4608a,
];
const DARK: readonly Colour[] = [
  0x4aa8e8, 0xff8a3d, 0x2fcf9f, 0xe58acb, 0xf5bd3c, 0x8fd3ff, 0xd9cf4a, 0xb09cf5, 0xf08a7a, 0xa9bac6, 0x9cd45f,
  0xff9dbf,
];

export const THEMES: Readonly<Record<"light" | "dark", Theme>> = {
  light: { background: 0xffffff, grid: 0xe9edf1, neutral: 0x8592a0, components: LIGHT },
  dark: { background: 0x12171d, grid: 0x232b34, neutral: 0x7d8b99, components: DARK },
};

/** The colour of a component; there are twelve, then they begin again. */
export function colourOf(theme: Theme, component: number): Colour {
  return theme.components[component % theme.components.length];
}

/** A colour as CSS has it. */
export function css(colour: Colour): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}

/** A colour part of the way from one to another; `share` from 0 to 1. */
export function between(from: Colour, to: Colour, share: number): Colour {
  const part = (shift: number): number => {
    const start = (from >> shift) & 255;
    return Math.round(start + (((to >> shift) & 255) - start) * share) << shift;
  };
  return part(16) | part(8) | part(0);
}
