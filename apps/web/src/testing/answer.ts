/** An answer with everything markdown has to offer. */
export const answer = `A suspension bridge carries its deck on **cables** that hang between tall towers. The load goes a long way before it reaches the ground:

1. The deck hangs on vertical *suspenders*.
2. They pull on the main cable, which is always in tension.
3. The cable presses the towers down, and pulls at its **anchorages** at both ends.

### How steep may the cable be?

The tension at the middle follows from the load \`w\`, the span \`L\` and the sag \`d\`:

\`\`\`python
def tension(w: float, span: float, sag: float) -> float:
    """Horizontal tension of a parabolic cable, in newtons."""
    return w * span**2 / (8 * sag)

print(f"{tension(w=12_000, span=320, sag=32) / 1e6:.1f} MN")
\`\`\`

Less sag means more tension, so most bridges settle on about a tenth of the span.

| Cable | Sag | Tension |
|:------|:---:|--------:|
| deep | 1/8 of the span | 3.8 MN |
| usual | 1/10 of the span | 4.8 MN |
| flat | 1/14 of the span | 6.7 MN |

> A cable can only pull. That is why its shape *is* the shape of its forces.
`;
