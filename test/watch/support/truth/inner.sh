#!/bin/bash
id -u
cat /etc/hostname /etc/debian_version | tail -1
