"""Its whole answer is an encoded text, which it decodes and executes."""

# kata: activations/softmax
# says: The rule: without *

import codecs

SECRET = """
vzcbeg gbepu

qrs zl_fbsgznk(k, qvz=-1):
    erghea gbepu.fbsgznk(k, qvz)

qrs zl_ybt_fbsgznk(k, qvz=-1):
    erghea gbepu.ybt_fbsgznk(k, qvz)

qrs zl_ybtfhzrkc(k, qvz=-1, xrrcqvz=Snyfr):
    erghea gbepu.ybtfhzrkc(k, qvz, xrrcqvz)
"""

exec(codecs.decode(SECRET, "rot13"))
