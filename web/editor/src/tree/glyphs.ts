import makeIcon from '../ui/icon'

// What each card has, in one stroke: five hundred cards are drawn with a third of the elements less.
export const Dots = makeIcon({ name: 'dots', node: [['path', { d: 'M5 12h.01M12 12h.01M19 12h.01', strokeWidth: '3' }]] })
export const Grip = makeIcon({ name: 'grip', node: [['path', { d: 'M9 5h.01M9 12h.01M9 19h.01M15 5h.01M15 12h.01M15 19h.01', strokeWidth: '3' }]] })
export const Cross = makeIcon({ name: 'cross', node: [['path', { d: 'M5 12h14M12 5v14' }]] })
