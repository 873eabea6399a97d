"""The Littlest JupyterHub: copy to /opt/tljh/config/jupyterhub_config.d/, then `sudo tljh-config reload`."""

c.Spawner.environment = {  # noqa: F821 (JupyterHub hands c over)
    "COURSE_LIB_DATA": "/srv/ml-100k",  # u.data, u.user and u.item, for everybody to read and nobody to write
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
}
c.Spawner.default_url = "/lab/tree/course/notebooks/01_setup.ipynb"  # noqa: F821
