#!/usr/bin/env node
import '../dist/netmeter.js';
