#!/bin/script.sh
