import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { Boundary } from './app/boundary.tsx';
import { startWorker } from './app/start-worker.ts';
import { Store } from './app/store.ts';
import { StoreContext } from './app/use-app.ts';
import { keepForOffline } from './device/offline.ts';
import { applyTheme, chosenTheme } from './device/theme.ts';
import { Insecure } from './screens/insecure.tsx';
import './styles/index.css';

const root = createRoot(document.getElementById('root') as HTMLElement);

if (isSecureContext) {
  applyTheme(chosenTheme());
  const store = new Store(startWorker());
  root.render(
    <StrictMode>
      <StoreContext value={store}>
        <Boundary>
          <App />
        </Boundary>
      </StoreContext>
    </StrictMode>,
  );
  void store.begin();
  keepForOffline();
} else {
  root.render(<Insecure />);
}
