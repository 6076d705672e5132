/** least is how many characters a password has. */
export const least = 12
