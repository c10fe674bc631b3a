// The official client of Socket.IO, told what to do: node socketio-client.mjs. Reads a command per line as JSON: {connect:
// url, transports?, auth?}, {emit: event, args, ack?: number}, {disconnect: true}; prints what happens to it in the same way.
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const RECONNECTION_DELAY_MS = 200;

const say = (happened) => console.log(JSON.stringify(happened));
let socket;

function connect({ connect: url, transports, auth }) {
  socket = io(url, { ...(transports && { transports }), ...(auth && { auth }), reconnectionDelay: RECONNECTION_DELAY_MS });
  socket.on('connect', () => say({ connected: socket.id, recovered: socket.recovered === true }));
  socket.on('connect_error', ({ message }) => say({ refused: message }));
  socket.on('disconnect', (reason) => say({ disconnected: reason }));
  socket.onAny((event, ...args) => say({ event, args }));
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.connect) {
    connect(command);
  } else if (command.emit) {
    const answered = (...args) => say({ ack: command.ack, args });
    socket.emit(command.emit, ...command.args, ...(command.ack === undefined ? [] : [answered]));
  } else {
    socket.disconnect();
  }
});
