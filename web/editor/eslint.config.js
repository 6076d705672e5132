import tseslint from 'typescript-eslint'

// Colours are tokens of styles.css: a raw one would not follow the theme, nor be in the test of contrast.
const raw = String.raw`/(^|[^&\w])#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})\b|\b(rgba?|hsla?|oklch)\(/i`
const message = 'Use a colour token of styles.css.'

// A full storage throws in the middle of what a person does.
const unguarded = { selector: "CallExpression[callee.object.name='localStorage'][callee.property.name='setItem']", message: 'Use remember of ui/remember.ts.' }

export default tseslint.config(...tseslint.configs.strict, {
  ignores: ['src/api/schema.d.ts'],
}, {
  files: ['src/**/*.ts'],
  ignores: ['src/ui/remember.ts'],
  rules: { 'no-restricted-syntax': ['error', unguarded] },
}, {
  files: ['src/**/*.tsx'],
  rules: { 'no-restricted-syntax': ['error', unguarded, { selector: `Literal[value=${raw}]`, message }, { selector: `TemplateElement[value.raw=${raw}]`, message }] },
})
