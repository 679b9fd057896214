import { Entrance } from './entrance.tsx';

/** On plain http, away from localhost, browsers give a page neither cryptography nor storage that is its own. */
export function Insecure() {
  return (
    <Entrance title="This address needs TLS">
      <p className="lead">
        Your browser opened this page over plain http ({location.host}). Anybody between you and the server could have changed it,
        so the browser gives it no cryptography, and Parley does not run here.
      </p>
      <ul className="steps">
        <li>
          Try <a href={`https://${location.host}/${location.hash}`}>the same address with https</a>.
        </li>
        <li>
          If you run this server: give it a certificate, <code>npm start -- --tls-cert FILE --tls-key FILE</code>, or put it
          behind a proxy that has one. On the machine itself, <code>http://localhost:{location.port || '80'}</code> works as it
          is.
        </li>
        <li>
          In a terminal there is no need for TLS: <code>npx parley join 'INVITE' NAME</code>. Its own encryption has checked the
          server before anything is sent.
        </li>
      </ul>
    </Entrance>
  );
}
