process.disconnect();
