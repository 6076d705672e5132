import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Refused } from './api/client'
import { App } from './app'
import './styles.css'

const queries = new QueryClient({
  defaultOptions: { queries: { retry: (count, error) => !(error instanceof Refused) && count < 2, staleTime: 2_000 } },
})
const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode><QueryClientProvider client={queries}><App /></QueryClientProvider></StrictMode>)
