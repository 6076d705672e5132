import tseslint from 'typescript-eslint'

export default tseslint.config(...tseslint.configs.strict, {
  ignores: ['src/api/schema.d.ts'],
})
