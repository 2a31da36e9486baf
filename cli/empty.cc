namespace annals {}
