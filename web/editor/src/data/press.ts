let pressed = false
let waits: (() => void) | undefined

function over() {
  pressed = false
  setTimeout(() => { // after the click that ends the press
    waits?.()
    waits = undefined
  })
}

globalThis.addEventListener?.('pointerdown', () => { pressed = true }, true)
for (const end of ['pointerup', 'pointercancel', 'keydown', 'blur']) globalThis.addEventListener?.(end, over, true)

/** oncePressed does at once, or as soon as the pointer is up, what moves the page: nothing may jump away under the pointer. The last one counts. */
export function oncePressed(act: () => void) {
  if (pressed) waits = act
  else act()
}
