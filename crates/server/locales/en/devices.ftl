## Devices without a browser.

device-title = Connect a device
device-what = Type the code that your television, program or other device shows.
device-code = Code on the device
device-code-help = Eight letters. Capitals and the hyphen do not matter.
device-continue = Continue
device-warning = Go on only if you can see the code on a device of your own. Nobody who calls or writes to you needs it.
device-fault-code = No device shows this code now. Compare it with your device, or let the device show a new one.
device-done-title = Your device is connected
device-done-what = It goes on by itself in a few seconds. You can close this page.
device-refused-title = Your device is not connected
device-refused-what = It has got no access. You can close this page.
device-again = Connect another device
