import assert from 'node:assert/strict';
import { test } from 'node:test';
import { image, lives, Scene, until } from './scene.ts';

test('a sensor that hangs holds up the start of a container only until it is found out, and the gap is said', async () => {
  await using scene = await Scene.open();
  const { watching } = scene;
  await watching.start();
  await scene.run('before');
  await scene.play('before', 'one');
  const from = watching.lines.length;
  const pid = await scene.sensor();
  process.kill(pid, 'SIGSTOP');
  // runc waits for the sensor's leave to run, and gets it from the kernel when the sensor is ended.
  const started = watching.containerd.run({ image, id: 'meanwhile', args: ['sh', '-c', 'sleep 300'], detach: true });
  await until(() => !lives(pid), 'the end of the sensor that hangs');
  await started;
  const [notice] = await (async () => {
    await watching.until(() => scene.notices('sensor-ended', from).length > 0, 'a word on it');
    return scene.notices('sensor-ended', from);
  })();
  assert.match(String(notice?.['message']), /no heartbeat/);
  await watching.until(() => scene.gaps('sensor-restart', from).length > 0, 'the gap');
  await watching.until(() => watching.of('container', 'meanwhile').length > 0, 'the container that was held up');
  await scene.play('before', 'two');
});
