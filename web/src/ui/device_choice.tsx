import { Layers, Mic, Video, Volume2, type LucideIcon } from 'lucide-react';

import type { LocalMedia } from '../call/local_media';
import { cameraFormats } from '../platform/memory';
import { useApp, useStore, useText } from './context';
import { Select, Switch } from './parts';

/** Which microphone, camera and speaker; remembered for next time. */
export function DeviceChoice({ local }: { readonly local: LocalMedia }) {
  const text = useText().devices;
  const { preferences } = useApp();
  const { microphone, camera, devices, noiseSuppression } = useStore(local.view);
  return (
    <div className="device-choice">
      <DeviceSelect
        kind="microphone"
        icon={Mic}
        devices={devices.microphones}
        chosen={microphone.device}
        onChange={(device) => {
          preferences.change({ microphone: device });
          void local.choose('microphone', device);
        }}
      />
      <DeviceSelect
        kind="camera"
        icon={Video}
        devices={devices.cameras}
        chosen={camera.device}
        onChange={(device) => {
          preferences.change({ camera: device });
          void local.choose('camera', device);
        }}
      />
      <CameraFormatSelect local={local} />
      {devices.speakers.length > 0 && (
        <DeviceSelect
          kind="speaker"
          icon={Volume2}
          devices={devices.speakers}
          chosen={preferences.remembered.speaker}
          onChange={(device) => preferences.change({ speaker: device })}
        />
      )}
      <Switch
        label={text.noiseSuppression}
        checked={noiseSuppression}
        onChange={(on) => {
          preferences.change({ noiseSuppression: on });
          void local.setNoiseSuppression(on);
        }}
      />
    </div>
  );
}

/** Where the browser has more than one way to send it. */
function CameraFormatSelect({ local }: { readonly local: LocalMedia }) {
  const text = useText().devices;
  const { preferences } = useApp();
  const { cameraFormat, sendsLayers } = useStore(local.view);
  if (!sendsLayers) return null;
  return (
    <Select
      label={text.cameraFormat}
      testId="camera-format"
      icon={Layers}
      value={cameraFormat}
      options={cameraFormats.map((value) => ({ value, label: text.cameraFormats[value] }))}
      onChange={(value) => {
        const chosen = cameraFormats.find((format) => format === value) ?? cameraFormat;
        preferences.change({ cameraFormat: chosen });
        local.setCameraFormat(chosen);
      }}
    />
  );
}

interface DeviceSelectProps {
  readonly kind: 'microphone' | 'camera' | 'speaker';
  readonly icon: LucideIcon;
  readonly devices: readonly MediaDeviceInfo[];
  readonly chosen: string | null;
  readonly onChange: (device: string | null) => void;
}

function DeviceSelect({ kind, icon, devices, chosen, onChange }: DeviceSelectProps) {
  const text = useText().devices;
  const label = text[kind];
  const options = devices.map((device, i) => ({
    value: device.deviceId,
    label: device.label || text.numbered(label, i + 1),
  }));
  const known = devices.some((device) => device.deviceId === chosen);
  return (
    <Select
      label={label}
      testId={`${kind}-choice`}
      icon={icon}
      value={known && chosen !== null ? chosen : ''}
      options={[{ value: '', label: text.byDefault }, ...options]}
      onChange={(value) => onChange(value === '' ? null : value)}
    />
  );
}
