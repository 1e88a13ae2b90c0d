// What runs in the browser: gives the counter that is there already its life.
import { hydrateRoot } from 'react-dom/client';
import { Counter } from './page';

hydrateRoot(document.getElementById('counter')!, <Counter />);
document.documentElement.dataset.hydrated = 'yes';
