# SPDX-License-Identifier: GPL-2.0-only
"""The Python module, as far as it goes without a device."""
import errno
import os
import unittest

import argo


class Addresses(unittest.TestCase):
    def test_round_trip(self):
        self.assertEqual(argo.parse("argo://3:0x1000"), argo.Addr(3, 0x1000))
        self.assertEqual(argo.format(argo.Addr(3, 0x1000)), "argo://3:0x1000")
        self.assertEqual(argo.parse("any:any"), argo.Addr(argo.ANY, argo.PORT_ANY))

    def test_error(self):
        with self.assertRaises(OSError) as caught:
            argo.parse("nonsense")
        self.assertEqual(caught.exception.errno, errno.EINVAL)

    @unittest.skipIf(os.path.exists("/dev/argo"), "there is a device")
    def test_no_device(self):
        with self.assertRaises(FileNotFoundError):
            argo.Endpoint()


unittest.main()
